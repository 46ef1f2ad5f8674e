#pragma once

#include "engine/world.hpp"
#include "model/environment.hpp"

namespace diorama {

/// Lets go of every commit of `project` that no environment wants or serves any more; without any
/// environment its mirror goes.
Task<Result<>> let_go(World world, Project project, std::stop_token stop);

}  // namespace diorama
