#pragma once

#include "engine/sleep/settings.hpp"
#include "model/environment.hpp"

#include <optional>
#include <vector>

namespace diorama {

/// The rung to which idleness brings `environment` now; none when it stays where it is. A pinned
/// one stays, and so does one whose manifest says that it never sleeps.
std::optional<Presence>
idle_rung(const Environment& environment, const SleepSettings& settings, Instant now);

/// Which environment goes one rung down when memory is short, and to which: the one that was not
/// used for the longest time and still holds memory. None when none may go, or all were used just
/// now.
struct Relief {
    EnvironmentId environment;
    Presence rung = Presence::frozen;

    friend bool operator==(const Relief&, const Relief&) = default;
};
std::optional<Relief> relief(const std::vector<Environment>& environments, Instant now);

}  // namespace diorama
