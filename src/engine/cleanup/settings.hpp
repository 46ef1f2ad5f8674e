#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>

namespace diorama {

/// What is taken away by itself, and when.
struct CleanupSettings {
    milliseconds every = minutes{30};
    milliseconds idle = hours{48};  ///< Unused for so long, an environment goes; 0: never.
    milliseconds ttl = std::chrono::days{7};  ///< Standing for so long, too; 0: never.
    std::size_t generations = 3;  ///< Of each environment, whose images are kept for a way back.
    std::uint64_t images = 0;     ///< Bytes that all our images may take; 0: no limit of their own.
    unsigned disk_high = 85;      ///< Percent of Docker's disk: fuller, and kept images go …
    unsigned disk_low = 75;       ///< … until it is no fuller than this.
    milliseconds logs = std::chrono::days{30};     ///< Lines are kept so long; 0: for ever.
    milliseconds history = std::chrono::days{30};  ///< All of what is gone; then the outline. 0:
                                                   ///< for ever.
};

}  // namespace diorama
