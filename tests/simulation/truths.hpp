#pragma once

#include "simulation/people.hpp"

#include <set>

namespace diorama::simulation {

/// What must be true once the world has been well for a while: each sentence that is not. Compares
/// what people did with what stands, object by object. `visited` are those that somebody came to a
/// while ago.
std::vector<std::string>
untruths(House& house, People& people, const std::set<EnvironmentId>& visited);

/// Moves of all environments so far.
std::size_t transitions(House& house);

}  // namespace diorama::simulation
