#include "store/deployments.hpp"

#include <array>
#include <charconv>

namespace diorama::deployments {

namespace {

constexpr auto insert_sql = R"sql(
    INSERT INTO deployments (
        id, environment, generation, commit_id, status, cause, cause_code,
        created_at, started_at, completed_at
    ) VALUES (
        :id, :environment, :generation, :commit, :status, :cause, :code,
        :created_at, :started_at, :completed_at
    ) ON CONFLICT DO NOTHING
)sql";

constexpr auto find_sql = "SELECT * FROM deployments WHERE id = :id";

constexpr auto start_sql = R"sql(
    UPDATE deployments SET status = 'in_progress', started_at = :now
    WHERE id = :id AND status = 'queued'
    RETURNING *
)sql";

constexpr auto resolve_sql = R"sql(
    UPDATE deployments SET commit_id = CASE WHEN commit_id = '' THEN :commit ELSE commit_id END
    WHERE id = :id
    RETURNING *
)sql";

// By Milestone.
constexpr std::array<Sql, 3> reach_sql{
    "UPDATE deployments SET fetched_at = :now, built_at = NULL, well_at = NULL WHERE id = :id "
    "RETURNING *",
    "UPDATE deployments SET built_at = :now, well_at = NULL WHERE id = :id RETURNING *",
    "UPDATE deployments SET well_at = :now WHERE id = :id RETURNING *",
};

constexpr auto choose_main_sql = "UPDATE deployments SET main_chosen = :sentence WHERE id = :id";

constexpr auto admit_sql = R"sql(
    UPDATE deployments
    SET memory = :memory, cpu_millis = :cpu_millis, admitted_at = :now, waits = ''
    WHERE id = :id AND status = 'in_progress'
    RETURNING *
)sql";

constexpr auto wait_sql = R"sql(
    UPDATE deployments SET memory = :memory, cpu_millis = :cpu_millis, waits = :reason
    WHERE id = :id AND status = 'in_progress'
    RETURNING *
)sql";

constexpr auto finish_sql = R"sql(
    UPDATE deployments
    SET status = :status, cause = :cause, cause_code = :code, completed_at = :now, waits = ''
    WHERE id = :id AND status IN ('queued', 'in_progress')
    RETURNING *
)sql";

constexpr auto supersede_sql = R"sql(
    UPDATE deployments
    SET status = 'superseded', cause = 'A newer commit or wish came.', completed_at = :now,
        waits = ''
    WHERE environment = :environment AND generation < :newest
        AND status IN ('queued', 'in_progress')
)sql";

constexpr auto latest_sql = R"sql(
    SELECT * FROM deployments WHERE environment = :environment
    ORDER BY generation DESC, id DESC LIMIT 1
)sql";

constexpr auto of_generation_sql = R"sql(
    SELECT * FROM deployments WHERE environment = :environment AND generation = :generation
    ORDER BY id DESC LIMIT 1
)sql";

constexpr auto compact_sql = R"sql(
    DELETE FROM deployments WHERE environment = :environment AND id <> (
        SELECT id FROM deployments WHERE environment = :environment
        ORDER BY generation DESC, id DESC LIMIT 1
    )
)sql";

constexpr auto list_sql = R"sql(
    SELECT * FROM deployments
    WHERE environment = :environment AND (generation, id) < (:generation, :id)
    ORDER BY generation DESC, id DESC LIMIT :limit
)sql";

Deployment read(const Row& row)
{
    return {
        .id = row.id<DeploymentId>("id"),
        .environment = row.id<EnvironmentId>("environment"),
        .generation = row.count("generation"),
        .commit = row.text("commit_id"),
        .status = row.named(deployment_status_named, "status"),
        .cause = row.text("cause"),
        .code = code_named(row.text("cause_code")),
        .created_at = row.instant("created_at"),
        .started_at = row.optional_instant("started_at"),
        .fetched_at = row.optional_instant("fetched_at"),
        .built_at = row.optional_instant("built_at"),
        .well_at = row.optional_instant("well_at"),
        .completed_at = row.optional_instant("completed_at"),
        .main_chosen = row.text("main_chosen"),
        .needs = {.memory = row.count("memory"), .cpu_millis = row.integer("cpu_millis")},
        .admitted_at = row.optional_instant("admitted_at"),
        .waits = row.text("waits"),
    };
}

/// Why an update that names a status changed nothing.
Error not_so(Tx& tx, DeploymentId id, std::string_view tried)
{
    const auto there = find(tx, id);
    if (!there) return there.error();
    return {
        Code::conflict,
        fmt::format("cannot {} deployment {}: it is {}", tried, id.text(), name(there->status))
    };
}

Result<Deployment>
finish(Tx& tx, DeploymentId id, DeploymentStatus status, const Error& cause, Instant now)
{
    const auto finished = tx.one(
        finish_sql,
        read,
        {
            {"id",     id              },
            {"status", status          },
            {"cause",  cause.message   },
            {"code",   name(cause.code)},
            {"now",    now             }
    }
    );
    if (finished) return *finished;
    return not_so(tx, id, "finish");
}

/// Where a page ends: generation and id of its last row. The default is before the newest.
struct Cursor {
    Generation generation = std::numeric_limits<std::int64_t>::max();
    std::string id;
};

Result<Cursor> parse_cursor(std::string_view text)
{
    Cursor cursor;
    if (text.empty()) return cursor;
    const auto dot = std::min(text.find('.'), text.size());
    const auto number = text.substr(0, dot);
    const auto id = text.substr(std::min(dot + 1, text.size()));
    const auto [stop, problem] =
        std::from_chars(number.data(), number.data() + number.size(), cursor.generation);
    if (problem == std::errc{} && stop == number.data() + dot && DeploymentId::parse(id)) {
        cursor.id = id;
        return cursor;
    }
    return wrong_cursor();
}

}  // namespace

Result<> insert(Tx& tx, const Deployment& deployment)
{
    const auto added = tx.execute(
        insert_sql,
        {
            {"id",           deployment.id          },
            {"environment",  deployment.environment },
            {"generation",   deployment.generation  },
            {"commit",       deployment.commit      },
            {"status",       deployment.status      },
            {"cause",        deployment.cause       },
            {"code",         name(deployment.code)  },
            {"created_at",   deployment.created_at  },
            {"started_at",   deployment.started_at  },
            {"completed_at", deployment.completed_at}
    }
    );
    if (added == 1) return ok();
    return Error{Code::conflict, fmt::format("deployment {} exists already", deployment.id.text())};
}

Result<Deployment> find(Tx& tx, DeploymentId id)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"id", id}
    }
    );
    if (found) return *found;
    return Error{Code::not_found, fmt::format("there is no deployment {}", id.text())};
}

Result<Deployment> start(Tx& tx, DeploymentId id, Instant now)
{
    const auto started = tx.one(
        start_sql,
        read,
        {
            {"id",  id },
            {"now", now}
    }
    );
    if (started) return *started;
    return not_so(tx, id, "start");
}

Result<Deployment> resolve(Tx& tx, DeploymentId id, std::string_view commit)
{
    const auto resolved = tx.one(
        resolve_sql,
        read,
        {
            {"id",     id    },
            {"commit", commit}
    }
    );
    if (resolved) return *resolved;
    return not_so(tx, id, "resolve");
}

Result<Deployment> reach(Tx& tx, DeploymentId id, Milestone milestone, Instant now)
{
    const auto reached = tx.one(
        reach_sql.at(static_cast<std::size_t>(milestone)),
        read,
        {
            {"id",  id },
            {"now", now}
    }
    );
    if (reached) return *reached;
    return not_so(tx, id, "go on with");
}

void choose_main(Tx& tx, DeploymentId id, std::string_view sentence)
{
    tx.execute(
        choose_main_sql,
        {
            {"id",       id      },
            {"sentence", sentence}
    }
    );
}

Result<Deployment> admit(Tx& tx, DeploymentId id, const Needs& needs, Instant now)
{
    const auto admitted = tx.one(
        admit_sql,
        read,
        {
            {"id",         id              },
            {"memory",     needs.memory    },
            {"cpu_millis", needs.cpu_millis},
            {"now",        now             }
    }
    );
    if (admitted) return *admitted;
    return not_so(tx, id, "admit");
}

Result<Deployment> wait(Tx& tx, DeploymentId id, const Needs& needs, std::string_view reason)
{
    const auto waits = tx.one(
        wait_sql,
        read,
        {
            {"id",         id              },
            {"memory",     needs.memory    },
            {"cpu_millis", needs.cpu_millis},
            {"reason",     reason          }
    }
    );
    if (waits) return *waits;
    return not_so(tx, id, "put off");
}

Result<Deployment> succeed(Tx& tx, DeploymentId id, Instant now)
{
    return finish(tx, id, DeploymentStatus::success, {Code::none, ""}, now);
}

Result<Deployment> fail(Tx& tx, DeploymentId id, const Error& cause, Instant now)
{
    return finish(tx, id, DeploymentStatus::failed, cause, now);
}

std::int64_t supersede(Tx& tx, EnvironmentId environment, Generation newest, Instant now)
{
    return tx.execute(
        supersede_sql,
        {
            {"environment", environment},
            {"newest",      newest     },
            {"now",         now        }
    }
    );
}

Result<Deployment> latest(Tx& tx, EnvironmentId environment)
{
    const auto found = tx.one(
        latest_sql,
        read,
        {
            {"environment", environment}
    }
    );
    if (found) return *found;
    return Error{
        Code::not_found, fmt::format("environment {} was never deployed", environment.text())
    };
}

std::optional<Deployment> of_generation(Tx& tx, EnvironmentId environment, Generation generation)
{
    return tx.one(
        of_generation_sql,
        read,
        {
            {"environment", environment},
            {"generation",  generation }
    }
    );
}

std::int64_t compact(Tx& tx, EnvironmentId environment)
{
    return tx.execute(
        compact_sql,
        {
            {"environment", environment}
    }
    );
}

Result<Page<Deployment>>
list(Tx& tx, EnvironmentId environment, std::string_view after, std::size_t limit)
{
    const auto cursor = parse_cursor(after);
    if (!cursor) return cursor.error();
    const auto size = page_size(limit);
    Page<Deployment> page{
        tx.all(
            list_sql,
            read,
            {{"environment", environment},
              {"generation", cursor->generation},
              {"id", cursor->id},
              {"limit", size + 1}}
        ),
        {}
    };
    if (page.items.size() <= size) return page;
    page.items.pop_back();
    const Deployment& last = page.items.back();
    page.next = fmt::format("{}.{}", last.generation, last.id.text());
    return page;
}

}  // namespace diorama::deployments
