#pragma once

#include "simulation/house.hpp"

#include <string>
#include <vector>

namespace diorama::simulation {

/// What must hold at every moment, in the middle of whatever goes wrong: what does not, said.
/// `unknown`: how the names of objects begin that no store ever knew.
std::vector<std::string> untruths_now(House& house, std::string_view unknown);

}  // namespace diorama::simulation
