#pragma once

#include "engine/workshop.hpp"

#include <vector>

namespace diorama {

bool serves(const std::vector<Instance>& serving, const Entry& container);

/// Containers of an environment that serve nothing: of an attempt that failed, was superseded or
/// died, or of a version that was replaced.
Task<Result<std::vector<Entry>>> leftovers_of(World world, EnvironmentId environment);

/// Removes leftovers. A route may still lead to one whose replacement nobody came to publish, so
/// the routes come first.
Task<Result<>> clear(Workshop& shop, std::vector<Entry> leftovers, std::stop_token stop);

}  // namespace diorama
