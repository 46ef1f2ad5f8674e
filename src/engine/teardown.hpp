#pragma once

#include "engine/deployment_run.hpp"

namespace diorama {

/// Takes an environment down, walking the inventory and nothing else (DESIGN rule 4): routes first,
/// then containers, networks, volumes, then images nobody else uses. `destroyed` only when nothing
/// is owed; until then an error says what is, and the next try goes on.
Task<Result<>> tear_down(Workshop& shop, Environment environment, std::stop_token stop);

/// Removes the images that no environment uses any more.
Task<Result<>> remove_unused_images(World world);

}  // namespace diorama
