#pragma once

#include "engine/cleanup/attendance.hpp"
#include "engine/cleanup/settings.hpp"
#include "engine/wishes.hpp"
#include "model/environment.hpp"
#include "store/tx.hpp"

#include <string>
#include <vector>

namespace diorama {

/// An environment whose time is over by our own clock.
struct Ending {
    EnvironmentId environment;
    std::string slug;
    std::string why;         ///< "idle for 2 d"
    milliseconds overdue{};  ///< Since when it could have gone.
    bool held = false;       ///< Waits for somebody's word.

    friend bool operator==(const Ending&, const Ending&) = default;
};

/// Which of `live` have been idle or have stood for too long. Only what rests goes: what is on its
/// way is wanted by somebody. One that waits for an approval costs nothing, and stays.
///
/// In the ordinary course each ends in the pass after its time. One that is overdue for longer ends
/// because the settings changed, not the time; where those are more than a fifth and more than
/// three, they are held (DESIGN rule 5): whoever wrote `ttl = "7m"` for seven days is asked first.
std::vector<Ending> endings(
    const CleanupSettings& settings,
    const std::vector<Environment>& live,
    const Attendance& attended
);

/// What to tell people about `held` of them.
std::string held_endings_sentence(std::size_t held);

/// Takes `environment` down in nobody's name but the clock's; `why` is told to whoever asks.
Result<Environment>
end_by_clock(Tx& tx, const Environment& environment, std::string why, Moment moment);

}  // namespace diorama
