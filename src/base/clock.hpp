#pragma once

#include <chrono>

namespace diorama {

/// A point in time, UTC, in milliseconds since 1970. No room below main asks a clock for it:
/// it comes from the injected Scheduler.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace diorama
