#pragma once

#include "forge/forge_api.hpp"
#include "model/environment.hpp"

#include <span>

namespace diorama {

/// The project's repository as its forge knows it.
ForgeRepository repository_of(const Project& project);

/// Whether one of them has the project's repository, though it may not have told of it yet.
bool knows(std::span<ForgeApi* const> forges, const Project& project);

/// The one of that name ("github"); null where we have no token for its API.
ForgeApi* forge_named(std::span<ForgeApi* const> forges, std::string_view name);

}  // namespace diorama
