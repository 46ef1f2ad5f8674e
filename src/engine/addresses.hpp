#pragma once

#include "engine/settings.hpp"
#include "model/environment.hpp"
#include "model/plan.hpp"
#include "store/hosts.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// Where the routed services of one plan shall be found.
struct Addresses {
    std::map<std::string, PublicAddress> shown;  ///< Service → its address in the first shape.
    std::vector<hosts::Claim> claims;            ///< In every shape.
};

/// Chooses an address in each configured shape for every routed service of `plan`, and claims those
/// nobody has. One that the environment has already goes on leading where it leads: what serves is
/// not touched before the switch.
///
/// The main service has the main address, whatever it is called; any other keeps its own.
Result<Addresses> reserve_addresses(
    Tx& tx,
    const EngineSettings& settings,
    const Project& project,
    const Environment& environment,
    const Plan& plan,
    Instant now
);

/// The address in the first shape that `endpoint` has, or would get if it were chosen now. Its
/// service may be empty: the main one, of an environment whose plan nobody has read yet. Nothing
/// where the shape has no place for it, or where it needs that name.
std::optional<PublicAddress>
expected_address(Tx& tx, const EngineSettings& settings, const Endpoint& endpoint);

/// The switch: each address leads to its service from now on, and those of services that are no
/// more are given back.
Result<> move_addresses(
    Tx& tx, EnvironmentId environment, const std::vector<hosts::Claim>& claims, Instant now
);

}  // namespace diorama
