#include "store/event_log.hpp"

#include "store/feedback.hpp"
#include "store/page.hpp"

namespace diorama::event_log {

namespace {

// Locks the environment's row: numbers are given in the order of commits, so that whoever resumes
// after one misses none.
constexpr auto number_sql = R"sql(
    UPDATE environments SET event_sequence = event_sequence + 1 WHERE id = :id
    RETURNING event_sequence
)sql";

constexpr auto insert_sql = R"sql(
    INSERT INTO events (
        environment, sequence, at, actor_type, actor_name, actor_user, event,
        from_state, to_state, data
    ) VALUES (
        :environment, :sequence, :at, :actor_type, :actor_name, :actor_user, :event,
        :from, :to, :data
    )
)sql";

constexpr auto list_sql = R"sql(
    SELECT * FROM events WHERE environment = :environment AND sequence > :after
    ORDER BY sequence LIMIT :limit
)sql";

constexpr auto newest_sql = R"sql(
    SELECT * FROM events WHERE environment = :environment AND event = :event
    ORDER BY sequence DESC LIMIT 1
)sql";

constexpr auto compact_sql = R"sql(
    DELETE FROM events WHERE environment = :environment AND sequence NOT IN (
        SELECT MAX(sequence) FROM events
        WHERE environment = :environment AND event IN ('reopened', 'closed', 'erased')
        GROUP BY event
    )
)sql";

constexpr auto last_sql = "SELECT event_sequence FROM environments WHERE id = :id";

Record read(const Row& row)
{
    return {
        .environment = row.id<EnvironmentId>("environment"),
        .sequence = row.count("sequence"),
        .at = row.instant("at"),
        .actor =
            {
                    .type = row.named(actor_type_named, "actor_type"),
                    .name = row.text("actor_name"),
                    .user = row.optional_id<UserId>("actor_user"),
                    },
        .event = row.text("event"),
        .from = row.named(state_named, "from_state"),
        .to = row.named(state_named, "to_state"),
        .data = row.text("data"),
    };
}

std::uint64_t read_number(const Row& row)
{
    return row.count("event_sequence");
}

}  // namespace

Result<std::uint64_t> add(Tx& tx, const Record& record)
{
    const auto number = tx.one(
        number_sql,
        read_number,
        {
            {"id", record.environment}
    }
    );
    if (!number) {
        return Error{
            Code::not_found, fmt::format("there is no environment {}", record.environment.text())
        };
    }
    tx.execute(
        insert_sql,
        {
            {"environment", record.environment},
            {"sequence",    *number           },
            {"at",          record.at         },
            {"actor_type",  record.actor.type },
            {"actor_name",  record.actor.name },
            {"actor_user",  record.actor.user },
            {"event",       record.event      },
            {"from",        record.from       },
            {"to",          record.to         },
            {"data",        record.data       }
    }
    );
    feedback::changed(tx, record.environment, record.at);
    return *number;
}

std::vector<Record> list(Tx& tx, EnvironmentId environment, std::uint64_t after, std::size_t limit)
{
    return tx.all(
        list_sql,
        read,
        {
            {"environment", environment     },
            {"after",       after           },
            {"limit",       page_size(limit)}
    }
    );
}

std::optional<Record> newest(Tx& tx, EnvironmentId environment, std::string_view event)
{
    return tx.one(
        newest_sql,
        read,
        {
            {"environment", environment},
            {"event",       event      }
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

std::uint64_t last(Tx& tx, EnvironmentId environment)
{
    return tx
        .one(
            last_sql,
            read_number,
            {
                {"id", environment}
    }
        )
        .value_or(0);
}

}  // namespace diorama::event_log
