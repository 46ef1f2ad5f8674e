#include "store/environments.hpp"

#include "store/environment_row.hpp"

namespace diorama::environments {

namespace {

constexpr auto insert_sql = R"sql(
    INSERT INTO environments (
        id, tenant, project, kind, identity_key, forge, repository_id, installation_id,
        pull_request, title, owner_id, slug, state, version,
        wanted_generation, wanted_ref, wanted_commit, wanted_presence, wanted_rebuild,
        wanted_untrusted, wanted_at, presence, presence_since, standing_since, pinned, kept_until,
        serving, serving_commit, cause, event_sequence, log_sequence,
        created_at, updated_at, last_accessed_at, destroyed_at
    ) VALUES (
        :id, :tenant, :project, :kind, :key, :forge, :repository_id, :installation_id,
        :pull_request, :title, :owner, :slug, :state, :version,
        :generation, :ref, :commit, :presence, :rebuild,
        :untrusted, :wanted_at, :now_presence, :presence_since, :standing_since, :pinned, :kept_until,
        :serving, :serving_commit, :cause, 0, 0,
        :created_at, :updated_at, :last_accessed_at, :destroyed_at
    ) ON CONFLICT DO NOTHING
)sql";

constexpr auto find_sql = "SELECT * FROM environments WHERE id = :id";
constexpr auto find_by_slug_sql = "SELECT * FROM environments WHERE slug = :slug";
constexpr auto find_identity_sql = R"sql(
    SELECT * FROM environments
    WHERE tenant = :tenant AND project = :project AND kind = :kind AND identity_key = :key
)sql";
constexpr auto live_sql =
    "SELECT * FROM environments WHERE state <> 'destroyed' ORDER BY created_at, id";

// Whoever ever wished for it left an event that no outline holds.
constexpr auto with_history_sql = R"sql(
    SELECT id FROM environments
    WHERE state = 'destroyed' AND destroyed_at < :time AND EXISTS (
        SELECT 1 FROM events WHERE events.environment = environments.id AND event = 'wanted'
    )
    ORDER BY destroyed_at, id LIMIT :limit
)sql";

constexpr auto set_facts_sql = R"sql(
    UPDATE environments
    SET forge = :forge, repository_id = :repository_id, installation_id = :installation_id,
        title = :title
    WHERE id = :id
)sql";

constexpr auto touch_sql = R"sql(
    UPDATE environments SET last_accessed_at = :at
    WHERE id = :id AND (last_accessed_at IS NULL OR last_accessed_at < :at)
)sql";

Facts read_facts(const Row& row)
{
    return {
        .forge = row.optional_text("forge"),
        .repository_id = row.optional_text("repository_id"),
        .installation_id = row.optional_text("installation_id"),
        .title = row.optional_text("title"),
    };
}

Error missing(std::string_view what)
{
    return {Code::not_found, fmt::format("there is no environment {}", what)};
}

Result<Environment> or_missing(std::optional<Environment> found, std::string_view what)
{
    if (found) return *std::move(found);
    return missing(what);
}

Params row_of(const Environment& it, const Facts& facts)
{
    return {
        {"id",               it.id                },
        {"tenant",           it.tenant            },
        {"project",          it.identity.project  },
        {"kind",             it.identity.kind     },
        {"key",              it.identity.key      },
        {"forge",            facts.forge          },
        {"repository_id",    facts.repository_id  },
        {"installation_id",  facts.installation_id},
        {"pull_request",     it.pull_request      },
        {"title",            facts.title          },
        {"owner",            it.owner             },
        {"slug",             it.slug              },
        {"state",            it.state             },
        {"version",          it.version           },
        {"generation",       it.wanted.generation },
        {"ref",              it.wanted.ref        },
        {"commit",           it.wanted.commit     },
        {"presence",         it.wanted.presence   },
        {"rebuild",          it.wanted.rebuild    },
        {"untrusted",        it.wanted.untrusted  },
        {"wanted_at",        it.wanted_at         },
        {"now_presence",     it.presence          },
        {"presence_since",   it.presence_since    },
        {"standing_since",   it.standing_since    },
        {"pinned",           it.pinned            },
        {"kept_until",       it.kept_until        },
        {"serving",          it.serving           },
        {"serving_commit",   it.serving_commit    },
        {"cause",            it.cause             },
        {"created_at",       it.created_at        },
        {"updated_at",       it.updated_at        },
        {"last_accessed_at", it.last_accessed_at  },
        {"destroyed_at",     it.destroyed_at      },
    };
}

}  // namespace

Result<> insert(Tx& tx, const Environment& environment, const Facts& facts)
{
    if (tx.execute(insert_sql, row_of(environment, facts)) == 1) return ok();
    if (const auto same = find(tx, environment.tenant, environment.identity)) {
        return Error{
            Code::conflict, fmt::format("it exists already, as environment {}", same->id.text())
        };
    }
    return Error{
        Code::conflict,
        fmt::format("another environment has the slug '{}'", environment.slug),
        "Choose another slug."
    };
}

Result<Facts> facts(Tx& tx, EnvironmentId id)
{
    const auto found = tx.one(
        find_sql,
        read_facts,
        {
            {"id", id}
    }
    );
    if (found) return *found;
    return missing(id.text());
}

Result<> set_facts(Tx& tx, EnvironmentId id, const Facts& facts)
{
    const auto changed = tx.execute(
        set_facts_sql,
        {
            {"id",              id                   },
            {"forge",           facts.forge          },
            {"repository_id",   facts.repository_id  },
            {"installation_id", facts.installation_id},
            {"title",           facts.title          }
    }
    );
    if (changed == 1) return ok();
    return missing(id.text());
}

Result<Environment> find(Tx& tx, EnvironmentId id)
{
    return or_missing(
        tx.one(
            find_sql,
            read,
            {
                {"id", id}
    }
        ),
        id.text()
    );
}

Result<Environment> find(Tx& tx, TenantId tenant, const Identity& identity)
{
    return or_missing(
        tx.one(
            find_identity_sql,
            read,
            {
                {"tenant",  tenant          },
                {"project", identity.project},
                {"kind",    identity.kind   },
                {"key",     identity.key    }
    }
        ),
        fmt::format("for {} '{}'", name(identity.kind), identity.key)
    );
}

Result<Environment> find_by_slug(Tx& tx, std::string_view slug)
{
    return or_missing(
        tx.one(
            find_by_slug_sql,
            read,
            {
                {"slug", slug}
    }
        ),
        fmt::format("'{}'", slug)
    );
}

void touch(Tx& tx, const std::vector<Visit>& visits)
{
    for (const Visit& visit : visits)
        tx.execute(
            touch_sql,
            {
                {"id", visit.environment},
                {"at", visit.at         }
        }
        );
}

std::vector<EnvironmentId> with_history(Tx& tx, Instant time, std::size_t limit)
{
    const auto id = [](const Row& row) { return row.id<EnvironmentId>("id"); };
    return tx.all(
        with_history_sql,
        id,
        {
            {"time",  time },
            {"limit", limit}
    }
    );
}

std::vector<Environment> all_live(Tx& tx)
{
    return tx.all(live_sql, read);
}

}  // namespace diorama::environments
