#include "store/instances.hpp"

namespace diorama::instances {

namespace {

constexpr auto clear_sql = "DELETE FROM instances WHERE environment = :environment";

constexpr auto insert_sql = R"sql(
    INSERT INTO instances (
        environment, service, replica, container, generation, plan_key, image, address, port,
        host, main, revival
    ) VALUES (
        :environment, :service, :replica, :container, :generation, :key, :image, :address, :port,
        :host, :main, :revival
    )
)sql";

constexpr auto list_sql =
    "SELECT * FROM instances WHERE environment = :environment ORDER BY service, replica";
constexpr auto list_all_sql = "SELECT * FROM instances ORDER BY environment, service, replica";

Instance read(const Row& row)
{
    return {
        .environment = row.id<EnvironmentId>("environment"),
        .service = row.text("service"),
        .replica = static_cast<std::uint32_t>(row.count("replica")),
        .container = row.id<EntryId>("container"),
        .generation = row.count("generation"),
        .key = row.text("plan_key"),
        .image = row.text("image"),
        .address = row.text("address"),
        .port = static_cast<std::uint16_t>(row.count("port")),
        .host = row.text("host"),
        .main = row.flag("main"),
        .revival = row.text("revival"),
    };
}

}  // namespace

void replace(Tx& tx, EnvironmentId environment, const std::vector<Instance>& fresh)
{
    tx.execute(
        clear_sql,
        {
            {"environment", environment}
    }
    );
    for (const Instance& each : fresh) {
        tx.execute(
            insert_sql,
            {
                {"environment", environment    },
                {"service",     each.service   },
                {"replica",     each.replica   },
                {"container",   each.container },
                {"generation",  each.generation},
                {"key",         each.key       },
                {"image",       each.image     },
                {"address",     each.address   },
                {"port",        each.port      },
                {"host",        each.host      },
                {"main",        each.main      },
                {"revival",     each.revival   }
        }
        );
    }
}

std::vector<Instance> list(Tx& tx, EnvironmentId environment)
{
    return tx.all(
        list_sql,
        read,
        {
            {"environment", environment}
    }
    );
}

std::vector<Instance> list_all(Tx& tx)
{
    return tx.all(list_all_sql, read);
}

}  // namespace diorama::instances
