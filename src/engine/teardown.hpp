#pragma once

#include "engine/astray.hpp"
#include "engine/workshop.hpp"

namespace diorama {

/// Takes an environment down, walking the inventory and nothing else (DESIGN rule 4): routes first,
/// then containers, networks, volumes, then images nobody else uses. `destroyed` only when nothing
/// is owed; until then an error says what is, and the next try goes on.
Task<Result<>>
tear_down(Workshop& shop, Project project, Environment environment, std::stop_token stop);

/// Removes objects that have no row; the first error ends it.
Task<Result<>> remove_strays(World world, std::vector<Stray> strays);

/// What the images of this installation bear.
std::map<std::string, std::string> our_images(const EngineSettings& settings);

/// Removes the images that no environment uses any more.
Task<Result<>> remove_unused_images(World world);

}  // namespace diorama
