#pragma once

#include "base/error.hpp"
#include "model/environment.hpp"

#include <cstdint>
#include <string_view>

namespace diorama {

/// What happens to whoever wants to be put up when a limit is reached (ACCEPTANCE decision 6).
enum class AtLimit {
    sleep_oldest,    ///< The one that was not used for the longest time goes to sleep.
    destroy_oldest,  ///< It is taken down.
    queue,           ///< The new one waits until there is a place.
    refuse,          ///< The new one is not put up.
};

std::string_view name(AtLimit policy);
Result<AtLimit> at_limit_named(std::string_view text);

/// How much may run at once; 0: no limit. Memory and cores are what services may use, not what
/// they use.
struct LimitSettings {
    std::uint64_t environments = 0;
    Needs most;
    AtLimit at_limit = AtLimit::sleep_oldest;
};

}  // namespace diorama
