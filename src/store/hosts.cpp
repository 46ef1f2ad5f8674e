#include "store/hosts.hpp"

namespace diorama::hosts {

namespace {

// All of a host ("/") is for one environment alone; below other paths several may live.
constexpr auto rival_sql = R"sql(
    SELECT * FROM hosts
    WHERE host = :host AND environment <> :environment
        AND (path = :path OR path = '/' OR :path = '/')
    ORDER BY path LIMIT 1
)sql";

constexpr auto claim_sql = R"sql(
    INSERT INTO hosts (host, path, environment, service, claimed_at)
    VALUES (:host, :path, :environment, :service, :now)
    ON CONFLICT (host, path) DO UPDATE SET service = excluded.service
)sql";

constexpr auto find_sql = "SELECT * FROM hosts WHERE host = :host AND path = :path";
constexpr auto of_environment_sql =
    "SELECT * FROM hosts WHERE environment = :environment ORDER BY host, path";
constexpr auto list_all_sql = "SELECT * FROM hosts ORDER BY environment, host, path";
constexpr auto release_one_sql =
    "DELETE FROM hosts WHERE host = :host AND path = :path AND environment = :environment";
constexpr auto release_sql = "DELETE FROM hosts WHERE environment = :environment";

Claim read(const Row& row)
{
    return {
        .host = row.text("host"),
        .path = row.text("path"),
        .environment = row.id<EnvironmentId>("environment"),
        .service = row.text("service"),
    };
}

}  // namespace

Result<> claim(Tx& tx, const Claim& claim, Instant now)
{
    const auto rival = tx.one(
        rival_sql,
        read,
        {
            {"host",        claim.host       },
            {"path",        claim.path       },
            {"environment", claim.environment}
    }
    );
    if (rival) {
        return Error{
            Code::conflict,
            fmt::format(
                "{}{} belongs to environment {}",
                rival->host,
                rival->path,
                rival->environment.text()
            ),
            "Take a host name with a hash."
        };
    }
    tx.execute(
        claim_sql,
        {
            {"host",        claim.host       },
            {"path",        claim.path       },
            {"environment", claim.environment},
            {"service",     claim.service    },
            {"now",         now              }
    }
    );
    return ok();
}

Result<Claim> find(Tx& tx, std::string_view host, std::string_view path)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"host", host},
            {"path", path}
    }
    );
    if (found) return *found;
    return Error{Code::not_found, fmt::format("nobody has {}{}", host, path)};
}

std::vector<Claim> of_environment(Tx& tx, EnvironmentId environment)
{
    return tx.all(
        of_environment_sql,
        read,
        {
            {"environment", environment}
    }
    );
}

std::vector<Claim> list_all(Tx& tx)
{
    return tx.all(list_all_sql, read);
}

void release(Tx& tx, const Claim& claim)
{
    tx.execute(
        release_one_sql,
        {
            {"host",        claim.host       },
            {"path",        claim.path       },
            {"environment", claim.environment}
    }
    );
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

}  // namespace diorama::hosts
