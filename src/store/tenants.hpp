#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <string>

/// Who shares this installation. One tenant exists from the first start; every row belongs to one.
namespace diorama::tenants {

struct Tenant {
    TenantId id;
    std::string name;
    Instant created_at{};

    friend bool operator==(const Tenant&, const Tenant&) = default;
};

/// The tenant everything belongs to as long as nobody made another.
TenantId standard(Tx& tx);
Result<Tenant> find(Tx& tx, TenantId id);

}  // namespace diorama::tenants
