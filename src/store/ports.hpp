#pragma once

#include "model/environment.hpp"
#include "model/ports.hpp"
#include "store/tx.hpp"

#include <optional>
#include <vector>

/// Which environment owns which ports of this machine: each port has one owner at most.
namespace diorama::ports {

struct Claim {
    EnvironmentId environment;
    Ports ports;
};

/// Those `environment` has; else those it would be given now: the start of the range plus the
/// number of its pull request where that is free, else the first free one. `too_many` when a range
/// is used up.
Result<Ports> choose(Tx& tx, const Environment& environment, const PortPool& pool);

/// Makes them its own, until they are released. What it has already it keeps, whatever `pool` says.
Result<Ports> take(Tx& tx, const Environment& environment, const PortPool& pool, Instant now);

std::optional<Ports> of_environment(Tx& tx, EnvironmentId environment);
/// By environment.
std::vector<Claim> list_all(Tx& tx);

/// Gives them back, if it has any.
void release(Tx& tx, EnvironmentId environment);

}  // namespace diorama::ports
