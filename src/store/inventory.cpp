#include "store/inventory.hpp"

namespace diorama::inventory {

namespace {

constexpr auto insert_sql = R"sql(
    INSERT INTO inventory (
        id, environment, generation, target, type, name, external_id, service, plan_key, address,
        status, problem, attempts, next_try, created_at
    ) VALUES (
        :id, :environment, :generation, :target, :type, :name, '', :service, :key, :address,
        'intended', '', 0, NULL, :created_at
    ) ON CONFLICT DO NOTHING
)sql";

constexpr auto take_up_sql = R"sql(
    UPDATE inventory
    SET generation = :generation, service = :service, plan_key = :key,
        address = CASE WHEN address = '' THEN :address ELSE address END,
        status = CASE WHEN status = 'made' THEN 'made' ELSE 'intended' END,
        problem = '', attempts = 0, next_try = NULL, owed_since = NULL
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto made_sql = R"sql(
    UPDATE inventory
    SET status = 'made', external_id = :external_id,
        address = CASE WHEN :address = '' THEN address ELSE :address END,
        problem = '', attempts = 0, next_try = NULL, owed_since = NULL
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto owe_sql = R"sql(
    UPDATE inventory
    SET status = 'owed', problem = :problem, attempts = attempts + 1, next_try = :next_try,
        owed_since = COALESCE(owed_since, :at)
    WHERE id = :id
    RETURNING *
)sql";

constexpr auto gone_sql = "DELETE FROM inventory WHERE id = :id";
constexpr auto find_sql = "SELECT * FROM inventory WHERE id = :id";
constexpr auto find_by_name_sql =
    "SELECT * FROM inventory WHERE target = :target AND type = :type AND name = :name";
constexpr auto of_environment_sql =
    "SELECT * FROM inventory WHERE environment = :environment ORDER BY created_at, id";
constexpr auto of_target_sql =
    "SELECT * FROM inventory WHERE target = :target ORDER BY created_at, id";
constexpr auto owed_sql = "SELECT * FROM inventory WHERE status = 'owed' ORDER BY created_at, id";
constexpr auto owed_due_sql = R"sql(
    SELECT * FROM inventory WHERE status = 'owed' AND next_try <= :now
    ORDER BY next_try, id LIMIT :limit
)sql";
constexpr auto subnets_sql = R"sql(
    SELECT address FROM inventory WHERE target = :target AND type = 'network' AND address <> ''
    ORDER BY address
)sql";

Entry read(const Row& row)
{
    return {
        .id = row.id<EntryId>("id"),
        .environment = row.id<EnvironmentId>("environment"),
        .generation = row.count("generation"),
        .target = row.text("target"),
        .type = row.named(entry_type_named, "type"),
        .name = row.text("name"),
        .external_id = row.text("external_id"),
        .service = row.text("service"),
        .key = row.text("plan_key"),
        .address = row.text("address"),
        .status = row.named(entry_status_named, "status"),
        .problem = row.text("problem"),
        .attempts = static_cast<std::uint32_t>(row.count("attempts")),
        .next_try = row.optional_instant("next_try"),
        .owed_since = row.optional_instant("owed_since"),
        .created_at = row.instant("created_at"),
    };
}

Result<Entry> or_missing(std::optional<Entry> found, EntryId id)
{
    if (found) return *std::move(found);
    return Error{Code::not_found, fmt::format("the inventory has no entry {}", id.text())};
}

/// The row kept `entry` from being inserted: its own from before, or somebody else's.
Result<Entry> take_up(Tx& tx, const Entry& entry)
{
    const auto there = find_by_name(tx, entry.target, entry.type, entry.name);
    if (!there) {
        return Error{
            Code::conflict,
            fmt::format("another network of '{}' has the subnet {}", entry.target, entry.address),
            "Choose a free subnet."
        };
    }
    if (there->environment != entry.environment) {
        return Error{
            Code::conflict,
            fmt::format(
                "the {} '{}' belongs to environment {}",
                name(entry.type),
                entry.name,
                there->environment.text()
            ),
            "Choose another name."
        };
    }
    return tx
        .one(
            take_up_sql,
            read,
            {
                {"id",         there->id       },
                {"generation", entry.generation},
                {"service",    entry.service   },
                {"key",        entry.key       },
                {"address",    entry.address   }
    }
        )
        .value();
}

}  // namespace

Result<Entry> intend(Tx& tx, const Entry& entry)
{
    const auto added = tx.execute(
        insert_sql,
        {
            {"id",          entry.id         },
            {"environment", entry.environment},
            {"generation",  entry.generation },
            {"target",      entry.target     },
            {"type",        entry.type       },
            {"name",        entry.name       },
            {"service",     entry.service    },
            {"key",         entry.key        },
            {"address",     entry.address    },
            {"created_at",  entry.created_at }
    }
    );
    if (added == 1) return find(tx, entry.id);
    return take_up(tx, entry);
}

Result<Entry> made(Tx& tx, EntryId id, const Making& making)
{
    return or_missing(
        tx.one(
            made_sql,
            read,
            {
                {"id",          id                },
                {"external_id", making.external_id},
                {"address",     making.address    }
    }
        ),
        id
    );
}

Result<Entry> owe(Tx& tx, EntryId id, const Debt& debt)
{
    return or_missing(
        tx.one(
            owe_sql,
            read,
            {
                {"id",       id           },
                {"problem",  debt.problem },
                {"at",       debt.at      },
                {"next_try", debt.next_try}
    }
        ),
        id
    );
}

void gone(Tx& tx, EntryId id)
{
    tx.execute(
        gone_sql,
        {
            {"id", id}
    }
    );
}

Result<Entry> find(Tx& tx, EntryId id)
{
    return or_missing(
        tx.one(
            find_sql,
            read,
            {
                {"id", id}
    }
        ),
        id
    );
}

Result<Entry> find_by_name(Tx& tx, std::string_view target, EntryType type, std::string_view name)
{
    const auto found = tx.one(
        find_by_name_sql,
        read,
        {
            {"target", target},
            {"type",   type  },
            {"name",   name  }
    }
    );
    if (found) return *found;
    return Error{
        Code::not_found,
        fmt::format("the inventory has no {} '{}' on '{}'", diorama::name(type), name, target)
    };
}

std::vector<Entry> of_environment(Tx& tx, EnvironmentId environment)
{
    return tx.all(
        of_environment_sql,
        read,
        {
            {"environment", environment}
    }
    );
}

std::vector<Entry> of_target(Tx& tx, std::string_view target)
{
    return tx.all(
        of_target_sql,
        read,
        {
            {"target", target}
    }
    );
}

std::vector<Entry> owed(Tx& tx)
{
    return tx.all(owed_sql, read);
}

std::vector<Entry> owed_due(Tx& tx, Instant now, std::size_t limit)
{
    return tx.all(
        owed_due_sql,
        read,
        {
            {"now",   now  },
            {"limit", limit}
    }
    );
}

std::vector<std::string> subnets(Tx& tx, std::string_view target)
{
    const auto address = [](const Row& row) { return row.text("address"); };
    return tx.all(
        subnets_sql,
        address,
        {
            {"target", target}
    }
    );
}

}  // namespace diorama::inventory
