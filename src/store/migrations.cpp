#include "store/migrations.hpp"

#include "base/sha256.hpp"
#include "store/connection.hpp"

#include <map>

namespace diorama {

namespace {

using Applied = std::map<std::uint64_t, std::string>;  // version → hash

constexpr auto table_sql = R"sql(
    CREATE TABLE IF NOT EXISTS migrations (
        version    BIGINT PRIMARY KEY,
        name       TEXT NOT NULL,
        hash       TEXT NOT NULL,
        applied_at BIGINT NOT NULL
    )
)sql";

constexpr auto record_sql = R"sql(
    INSERT INTO migrations (version, name, hash, applied_at)
    VALUES (:version, :name, :hash, :now)
)sql";

Applied applied(Connection& connection)
{
    Applied found;
    connection.each("SELECT version, hash FROM migrations", {}, [&](const Row& row) {
        found.emplace(row.count("version"), row.text("hash"));
    });
    return found;
}

Result<> check(const Applied& found, std::span<const Migration> known)
{
    const std::uint64_t newest = found.empty() ? 0 : found.rbegin()->first;
    if (newest > known.size()) {
        return Error{
            Code::invalid,
            fmt::format(
                "the database has schema {}, and this Diorama knows schemas up to {}",
                newest,
                known.size()
            ),
            "Start the newer Diorama that wrote it, or restore the backup from before its update."
        };
    }
    for (const Migration& each : known) {
        const auto was = found.find(each.version);
        if (was == found.end() || was->second == sha256(each.sql)) continue;
        return Error{
            Code::invalid,
            fmt::format(
                "step {} of the database's schema ({}) is not the one this Diorama knows",
                each.version,
                each.name
            ),
            "Start the Diorama that wrote the database."
        };
    }
    return ok();
}

void run_all(Connection& connection, std::string_view sql)
{
    while (!sql.empty()) {
        const auto end = std::min(sql.find(";\n"), sql.size());
        const auto statement = sql.substr(0, end);
        sql.remove_prefix(std::min(end + 2, sql.size()));
        if (statement.find_first_not_of(" \n") != std::string_view::npos)
            connection.run_once(statement);
    }
}

void apply(Connection& connection, const Migration& migration, Instant now)
{
    connection.begin(Tx::Mode::write);
    try {
        run_all(connection, migration.sql);
        connection.each(
            record_sql,
            {
                {"version", migration.version    },
                {"name",    migration.name       },
                {"hash",    sha256(migration.sql)},
                {"now",     now                  }
        },
            [](const Row&) {}
        );
        connection.commit();
    } catch (...) {
        connection.rollback();
        throw;
    }
}

}  // namespace

Result<> migrate(Connection& connection, std::span<const Migration> known, Instant now)
{
    connection.run_once(table_sql);
    const Applied found = applied(connection);
    if (const auto checked = check(found, known); !checked) return checked;
    for (const Migration& each : known) {
        if (!found.contains(each.version)) apply(connection, each, now);
    }
    return ok();
}

}  // namespace diorama
