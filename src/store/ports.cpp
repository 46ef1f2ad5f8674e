#include "store/ports.hpp"

#include <set>

namespace diorama::ports {

namespace {

// Of both kinds: ranges that were moved may have met what the other gave away.
constexpr auto taken_sql = R"sql(
    SELECT app AS port FROM ports WHERE app BETWEEN :first AND :last
    UNION SELECT database AS port FROM ports WHERE database BETWEEN :first AND :last
)sql";
constexpr auto take_sql = R"sql(
    INSERT INTO ports (environment, app, database, taken_at)
    VALUES (:environment, :app, :database, :now)
    ON CONFLICT (environment) DO NOTHING
)sql";
constexpr auto of_environment_sql = "SELECT * FROM ports WHERE environment = :environment";
constexpr auto list_all_sql = "SELECT * FROM ports ORDER BY environment";
constexpr auto release_sql = "DELETE FROM ports WHERE environment = :environment";

std::uint16_t port(const Row& row, std::string_view column)
{
    return static_cast<std::uint16_t>(row.count(column));
}

Claim read(const Row& row)
{
    return {
        row.id<EnvironmentId>("environment"), {port(row, "app"), port(row, "database")}
    };
}

std::set<std::uint16_t> taken(Tx& tx, const PortRange& range)
{
    const auto rows = tx.all(
        taken_sql,
        [](const Row& row) {
            return port(row, "port");
    },
        {{"first", range.first}, {"last", range.last}}
    );
    return {rows.begin(), rows.end()};
}

Result<std::uint16_t>
free_port(Tx& tx, const PortRange& range, std::int64_t preferred, const PortPool& pool)
{
    const auto used = taken(tx, range);
    const auto is_free = [&](std::int64_t number) {
        const auto port = static_cast<std::uint16_t>(number);
        return number >= range.first && number <= range.last && !used.contains(port) &&
               !pool.reserved.contains(port);
    };
    if (is_free(range.first + preferred))
        return static_cast<std::uint16_t>(range.first + preferred);
    for (std::int64_t each = range.first; each <= range.last; ++each) {
        if (is_free(each)) return static_cast<std::uint16_t>(each);
    }
    return Error{
        Code::too_many,
        fmt::format("no port from {} to {} is free", range.first, range.last),
        "Raise ports.size in diorama.toml, or take down what nobody needs: diorama ls."
    };
}

}  // namespace

Result<Ports> choose(Tx& tx, const Environment& environment, const PortPool& pool)
{
    if (const auto own = of_environment(tx, environment.id)) return *own;
    const std::int64_t number = environment.pull_request.value_or(0);
    const auto app = free_port(tx, pool.app, number, pool);
    if (!app) return app.error();
    const auto database = free_port(tx, pool.database, number, pool);
    if (!database) return database.error();
    return Ports{*app, *database};
}

Result<Ports> take(Tx& tx, const Environment& environment, const PortPool& pool, Instant now)
{
    const auto chosen = choose(tx, environment, pool);
    if (!chosen) return chosen;
    tx.execute(
        take_sql,
        {
            {"app",         chosen->app     },
            {"database",    chosen->database},
            {"environment", environment.id  },
            {"now",         now             }
    }
    );
    return chosen;
}

std::optional<Ports> of_environment(Tx& tx, EnvironmentId environment)
{
    const auto found = tx.one(
        of_environment_sql,
        read,
        {
            {"environment", environment}
    }
    );
    if (!found) return std::nullopt;
    return found->ports;
}

std::vector<Claim> list_all(Tx& tx)
{
    return tx.all(list_all_sql, read);
}

void release(Tx& tx, EnvironmentId environment)
{
    tx.execute(
        release_sql,
        {
            {"environment", environment}
    }
    );
}

}  // namespace diorama::ports
