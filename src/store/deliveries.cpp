#include "store/deliveries.hpp"

namespace diorama::deliveries {

namespace {

constexpr auto insert_sql = R"sql(
    INSERT INTO deliveries (
        id, tenant, forge, delivery, event, action, repository_id, repository, pull_request,
        sender, command, comment, remote, headers, verdict, reason, replay_of, replayed_by,
        received_at, handled_at
    ) VALUES (
        :id, :tenant, :forge, :delivery, :event, :action, :repository_id, :repository,
        :pull_request, :sender, :command, :comment, :remote, :headers, :verdict, :reason,
        :replay_of, :replayed_by, :received_at, :handled_at
    ) ON CONFLICT DO NOTHING
)sql";

constexpr auto insert_body_sql = "INSERT INTO delivery_bodies (id, body) VALUES (:id, :body)";

constexpr auto find_sql = R"sql(
    SELECT deliveries.*, COALESCE(body, '') AS body
    FROM deliveries LEFT JOIN delivery_bodies ON delivery_bodies.id = deliveries.id
    WHERE deliveries.id = :id AND tenant = :tenant
)sql";

// Only a delivery that is asked for by its own id comes with its body.
constexpr auto find_by_forge_sql = R"sql(
    SELECT *, '' AS body FROM deliveries
    WHERE tenant = :tenant AND forge = :forge AND delivery = :delivery
        AND replay_of IS NULL AND verdict <> 'refused'
)sql";

constexpr auto list_sql = "SELECT *, '' AS body FROM deliveries WHERE tenant = :tenant";

constexpr auto settle_sql = R"sql(
    UPDATE deliveries SET verdict = :verdict, reason = :reason, handled_at = :now
    WHERE verdict IN ('waiting', 'failed') AND command = ''
        AND repository_id = :repository_id AND pull_request = :pull_request
        AND received_at <= :until
)sql";

constexpr auto settle_one_sql = R"sql(
    UPDATE deliveries SET verdict = :verdict, reason = :reason, handled_at = :now WHERE id = :id
)sql";

constexpr auto commands_sql = R"sql(
    SELECT *, '' AS body FROM deliveries
    WHERE verdict IN ('waiting', 'failed') AND command <> ''
        AND repository_id = :repository_id AND pull_request = :pull_request
    ORDER BY id LIMIT :limit
)sql";

constexpr auto last_command_sql = R"sql(
    SELECT *, '' AS body FROM deliveries
    WHERE verdict IN ('acted', 'nothing') AND command <> ''
        AND repository_id = :repository_id AND pull_request = :pull_request
    ORDER BY id DESC LIMIT 1
)sql";

constexpr auto comment_sql = R"sql(
    SELECT *, '' AS body FROM deliveries
    WHERE comment <> '' AND repository_id = :repository_id AND comment = :comment
    ORDER BY id LIMIT 1
)sql";

constexpr auto forget_sql = R"sql(
    DELETE FROM deliveries WHERE received_at < :before AND verdict NOT IN ('waiting', 'failed')
)sql";

Delivery read(const Row& row)
{
    return {
        .id = row.id<DeliveryId>("id"),
        .tenant = row.id<TenantId>("tenant"),
        .forge = row.text("forge"),
        .delivery = row.text("delivery"),
        .event = row.text("event"),
        .action = row.text("action"),
        .repository_id = row.text("repository_id"),
        .repository = row.text("repository"),
        .pull_request = row.optional_integer("pull_request"),
        .sender = row.text("sender"),
        .command = row.text("command"),
        .comment = row.text("comment"),
        .remote = row.text("remote"),
        .headers = row.text("headers"),
        .body = row.text("body"),
        .verdict = row.named(verdict_named, "verdict"),
        .reason = row.text("reason"),
        .replay_of = row.optional_id<DeliveryId>("replay_of"),
        .replayed_by = row.text("replayed_by"),
        .received_at = row.instant("received_at"),
        .handled_at = row.optional_instant("handled_at"),
    };
}

}  // namespace

std::string_view name(Verdict verdict)
{
    switch (verdict) {
        case Verdict::waiting: return "waiting";
        case Verdict::acted: return "acted";
        case Verdict::nothing: return "nothing";
        case Verdict::refused: return "refused";
        case Verdict::failed: return "failed";
    }
    std::abort();
}

Result<Verdict> verdict_named(std::string_view text)
{
    using enum Verdict;
    for (const Verdict verdict : {waiting, acted, nothing, refused, failed})
        if (name(verdict) == text) return verdict;
    return Error{
        Code::invalid,
        fmt::format("'{}' is not a verdict", text),
        "Use waiting, acted, nothing, refused or failed."
    };
}

bool insert(Tx& tx, const Delivery& it)
{
    const auto added = tx.execute(
        insert_sql,
        {
            {"id",            it.id           },
            {"tenant",        it.tenant       },
            {"forge",         it.forge        },
            {"delivery",      it.delivery     },
            {"event",         it.event        },
            {"action",        it.action       },
            {"repository_id", it.repository_id},
            {"repository",    it.repository   },
            {"pull_request",  it.pull_request },
            {"sender",        it.sender       },
            {"command",       it.command      },
            {"comment",       it.comment      },
            {"remote",        it.remote       },
            {"headers",       it.headers      },
            {"verdict",       it.verdict      },
            {"reason",        it.reason       },
            {"replay_of",     it.replay_of    },
            {"replayed_by",   it.replayed_by  },
            {"received_at",   it.received_at  },
            {"handled_at",    it.handled_at   }
    }
    );
    if (added != 1) return false;
    if (!it.body.empty())
        tx.execute(
            insert_body_sql,
            {
                {"id",   it.id  },
                {"body", it.body}
        }
        );
    return true;
}

Result<Delivery> find(Tx& tx, TenantId tenant, DeliveryId id)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"id",     id    },
            {"tenant", tenant}
    }
    );
    if (found) return *found;
    return Error{Code::not_found, fmt::format("there is no delivery {}", id.text())};
}

std::optional<Delivery>
find_by_forge(Tx& tx, TenantId tenant, std::string_view forge, std::string_view delivery)
{
    return tx.one(
        find_by_forge_sql,
        read,
        {
            {"tenant",   tenant  },
            {"forge",    forge   },
            {"delivery", delivery}
    }
    );
}

Result<Page<Delivery>>
list(Tx& tx, TenantId tenant, const Filter& filter, std::string_view after, std::size_t limit)
{
    ComposedSql sql{list_sql};
    Params params{
        {"tenant", tenant              },
        {"limit",  page_size(limit) + 1}
    };
    if (filter.verdict) {
        sql += " AND verdict = :verdict";
        params.emplace_back("verdict", *filter.verdict);
    }
    if (!filter.repository.empty()) {
        sql += " AND repository = :repository";
        params.emplace_back("repository", filter.repository);
    }
    if (filter.pull_request) {
        sql += " AND pull_request = :pull_request";
        params.emplace_back("pull_request", *filter.pull_request);
    }
    if (!after.empty()) {
        const auto last = DeliveryId::parse(after);
        if (!last) return wrong_cursor();
        sql += " AND id < :after";
        params.emplace_back("after", *last);
    }
    sql += " ORDER BY id DESC LIMIT :limit";  // Ids grow with time.
    Page<Delivery> page{.items = tx.all(sql, read, params)};
    if (page.items.size() > page_size(limit)) {
        page.items.pop_back();
        page.next = page.items.back().id.text();
    }
    return page;
}

std::int64_t settle(
    Tx& tx,
    std::string_view repository_id,
    std::int64_t pull_request,
    Instant received_until,
    Verdict verdict,
    std::string_view reason,
    Instant now
)
{
    return tx.execute(
        settle_sql,
        {
            {"repository_id", repository_id },
            {"pull_request",  pull_request  },
            {"until",         received_until},
            {"verdict",       verdict       },
            {"reason",        reason        },
            {"now",           now           }
    }
    );
}

std::vector<Delivery>
waiting_commands(Tx& tx, std::string_view repository_id, std::int64_t pull_request)
{
    return tx.all(
        commands_sql,
        read,
        {
            {"repository_id", repository_id   },
            {"pull_request",  pull_request    },
            {"limit",         commands_at_once}
    }
    );
}

std::optional<Delivery>
last_command(Tx& tx, std::string_view repository_id, std::int64_t pull_request)
{
    return tx.one(
        last_command_sql,
        read,
        {
            {"repository_id", repository_id},
            {"pull_request",  pull_request }
    }
    );
}

std::optional<Delivery>
find_by_comment(Tx& tx, std::string_view repository_id, std::string_view comment)
{
    return tx.one(
        comment_sql,
        read,
        {
            {"repository_id", repository_id},
            {"comment",       comment      }
    }
    );
}

void settle(Tx& tx, DeliveryId id, Verdict verdict, std::string_view reason, Instant now)
{
    tx.execute(
        settle_one_sql,
        {
            {"id",      id     },
            {"verdict", verdict},
            {"reason",  reason },
            {"now",     now    }
    }
    );
}

std::int64_t forget(Tx& tx, Instant before)
{
    return tx.execute(
        forget_sql,
        {
            {"before", before}
    }
    );
}

}  // namespace diorama::deliveries
