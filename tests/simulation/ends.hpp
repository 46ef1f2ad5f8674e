#pragma once

#include "engine/cleanup/plan.hpp"
#include "simulation/house.hpp"
#include "store/event_log.hpp"

#include <optional>

/// What is true of environments that our own clock or a person ends.
namespace diorama::simulation {

using Events = std::vector<event_log::Record>;

/// It is gone, and the clock or a person took it down when `head` was the newest commit.
bool was_ended_on_purpose(
    const Events& events, const Environment& environment, const std::string& head
);

/// How often somebody took it down by hand.
int stops(const Events& events);

/// What was done in the name of somebody who may not, or more often than they asked in comments.
std::optional<std::string> wrong_hand(const Events& events, int extensions);

/// What a forge told or somebody asked for that nobody settled, though all works.
std::optional<std::string> unsettled(House& house);

/// Why it should not have come back after somebody ended it; nothing when all is right. `reopened`:
/// its pull request was closed and opened anew, or the like, at whatever time.
std::optional<std::string>
wrong_return(const Events& events, const Environment& environment, bool reopened);

/// Why it should not have been taken down when it was; nothing when all is right. Counts anew, from
/// the events, what the daemon counted from its rows.
std::optional<std::string>
wrong_end(const House& house, const Events& events, const Environment& environment);

/// What stands, and is not being taken down.
std::vector<Environment> standing(House& house);

/// Where a cleanup by hand did not do just what was announced to those that stood before.
std::vector<std::string>
differences(House& house, const CleanupPlan& announced, const std::vector<Environment>& before);

/// Why our images take more than they may, though some of them are not needed.
std::optional<std::string> beyond_budget(House& house);

/// What stands though nobody used it for long and nobody keeps it.
std::vector<std::string> overdue(House& house);

}  // namespace diorama::simulation
