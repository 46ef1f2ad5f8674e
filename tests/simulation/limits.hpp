#pragma once

#include "simulation/house.hpp"

namespace diorama::simulation {

/// In some lives few previews may be awake at once, with one of the policies for the next.
void draw_limits(House& house);

/// Whether a limit, not a fault, keeps a preview from being up at its newest commit. `last`: its
/// newest deployment.
bool is_held_back(const LimitSettings& limits, const Deployment& last);

/// What is not true of the limits, once all has settled: how many are awake, and who waits. Each
/// environment with its newest deployment.
std::vector<std::string> limit_untruths(
    const LimitSettings& limits, const std::vector<std::pair<Environment, Deployment>>& all
);

}  // namespace diorama::simulation
