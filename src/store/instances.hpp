#pragma once

#include "model/inventory.hpp"
#include "store/tx.hpp"

#include <vector>

/// Which containers answer for which service: what routes are made of.
namespace diorama::instances {

/// Puts `fresh`, all of `environment`, in place of what stood there: the switch to a generation.
void replace(Tx& tx, EnvironmentId environment, const std::vector<Instance>& fresh);

/// By service and replica.
std::vector<Instance> list(Tx& tx, EnvironmentId environment);
/// By environment, service and replica.
std::vector<Instance> list_all(Tx& tx);

}  // namespace diorama::instances
