#pragma once

#include "engine/world.hpp"

namespace diorama {

/// What of the past is older than it is kept.
struct Outdated {
    std::int64_t lines = 0;      ///< Of logs.
    std::int64_t histories = 0;  ///< Of environments that are gone.
};
Outdated outdated(Tx& tx, const CleanupSettings& settings, Instant now);

/// Forgets it, a little in each transaction, so that nobody waits long for the store. What the list
/// of environments and `why` need of those that are gone stays for ever: their rows, their last
/// deployment, and from when to when they were there. What forges sent goes as their settings say.
Task<Result<Outdated>> forget_outdated(World world, std::stop_token stop);

}  // namespace diorama
