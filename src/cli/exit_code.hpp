#pragma once

#include "base/error.hpp"

namespace diorama::cli {

/// What a script can act on. Kept for good: scripts stand on them.
enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_not_found = 3,
    exit_denied = 4,
    exit_timed_out = 5,
    exit_refused = 6,
    exit_superseded = 7,
};

constexpr int exit_code(Code code)
{
    switch (code) {
        case Code::none: return exit_ok;
        case Code::invalid: return exit_usage;
        case Code::not_found: return exit_not_found;
        case Code::unauthorized:
        case Code::forbidden: return exit_denied;
        case Code::timed_out: return exit_timed_out;
        case Code::refused: return exit_refused;
        case Code::superseded: return exit_superseded;
        case Code::conflict:
        case Code::cancelled:
        case Code::too_many:
        case Code::unavailable: return exit_failed;
    }
    return exit_failed;
}

}  // namespace diorama::cli
