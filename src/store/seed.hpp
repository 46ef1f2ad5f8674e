#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"

namespace diorama {

class Connection;

/// What every database holds from its first start on. The ids are used if none were chosen before.
struct Seed {
    Instant now{};
    TenantId tenant;
    InstallationId installation;
};

/// Writes what is missing of it, in one transaction. Throws DatabaseRefusal.
void sow(Connection& connection, const Seed& seed);

}  // namespace diorama
