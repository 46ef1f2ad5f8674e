#pragma once

#include "base/id.hpp"

#include <cstdint>

namespace diorama {

using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
using ProjectId = Id<struct ProjectTag>;
using EnvironmentId = Id<struct EnvironmentTag>;
using DeploymentId = Id<struct DeploymentTag>;
using EntryId = Id<struct EntryTag>;  ///< A row of the inventory.
using DeliveryId = Id<struct DeliveryTag>;
using TokenId = Id<struct TokenTag>;
using InstallationId = Id<struct InstallationTag>;  ///< This Diorama among others on one host.

/// Counts the wishes for one environment: each push, redeploy or destroy is a new generation, and
/// what was made for an older one is never published.
using Generation = std::uint64_t;

}  // namespace diorama
