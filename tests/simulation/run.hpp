#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace diorama::simulation {

/// How one seed's life went.
struct Outcome {
    std::vector<std::string> violations;  ///< Empty when all held.
    std::vector<std::string> trace;
    std::size_t transitions = 0;
};

/// Lives through the life of `seed`: people work, things break, the daemon dies; then all is well
/// for a while, and everything must be as it shall be. The same seed gives the same life.
/// `detailed` traces every call of the daemon as well.
Outcome live_through(std::uint64_t seed, bool detailed = false);

}  // namespace diorama::simulation
