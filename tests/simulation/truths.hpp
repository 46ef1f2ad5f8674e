#pragma once

#include "simulation/people.hpp"

namespace diorama::simulation {

/// What must be true once the world has been well for a while: each sentence that is not. Compares
/// what people did with what stands, object by object.
std::vector<std::string> untruths(House& house, People& people);

/// Moves of all environments so far.
std::size_t transitions(House& house);

}  // namespace diorama::simulation
