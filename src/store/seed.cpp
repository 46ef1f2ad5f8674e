#include "store/seed.hpp"

#include "store/connection.hpp"
#include "store/settings.hpp"

namespace diorama {

namespace {

constexpr auto tenant_sql = R"sql(
    INSERT INTO tenants (id, name, created_at) VALUES (:id, :name, :now)
    ON CONFLICT (id) DO NOTHING
)sql";

}  // namespace

void sow(Connection& connection, const Seed& seed)
{
    connection.begin(Tx::Mode::write);
    try {
        Tx tx(connection, Tx::Mode::write);
        settings::get_or_set(tx, "installation", seed.installation.text());
        const auto tenant = settings::get_or_set(tx, "tenant", seed.tenant.text());
        tx.execute(
            tenant_sql,
            {
                {"id",   tenant   },
                {"name", "default"},
                {"now",  seed.now }
        }
        );
        connection.commit();
    } catch (...) {
        connection.rollback();
        throw;
    }
}

}  // namespace diorama
