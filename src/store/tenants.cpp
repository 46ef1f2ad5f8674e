#include "store/tenants.hpp"

namespace diorama::tenants {

namespace {

constexpr auto standard_sql = "SELECT value FROM settings WHERE name = 'tenant'";
constexpr auto find_sql = "SELECT * FROM tenants WHERE id = :id";

Tenant read(const Row& row)
{
    return {row.id<TenantId>("id"), row.text("name"), row.instant("created_at")};
}

}  // namespace

TenantId standard(Tx& tx)
{
    return tx.one(standard_sql, [](const Row& row) { return row.id<TenantId>("value"); }).value();
}

Result<Tenant> find(Tx& tx, TenantId id)
{
    const auto found = tx.one(
        find_sql,
        read,
        {
            {"id", id}
    }
    );
    if (found) return *found;
    return Error{Code::not_found, fmt::format("there is no tenant {}", id.text())};
}

}  // namespace diorama::tenants
