#pragma once

#include "base/error.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// The states of an environment. These words are the only ones in the page, the command line, the
/// API and comments; other systems' words are projections.
enum class State {
    pending,
    awaiting_approval,
    provisioning,
    ready,
    updating,
    asleep,
    failed,
    destroying,
    destroyed,
};

/// What can happen to an environment.
enum class Event {
    held,      ///< The wanted commit needs an approval, and nothing runs yet.
    approved,  ///< Somebody allowed the commit that was held.
    claimed,   ///< A worker begins the first deployment.
    changed,   ///< A push or a redeploy of something that stands, sleeps or failed.
    healthy,   ///< The wanted generation passed its gate and is routed.
    broken,    ///< The deployment failed and nothing serves.
    kept,      ///< The deployment failed; what took over before goes on serving.
    rested,    ///< Nobody looked for a while, or somebody asked.
    visited,   ///< Somebody looks again.
    closed,    ///< It shall go: closed, expired or deleted.
    erased,    ///< Nothing is owed any more.
    reopened,  ///< Wanted again after it was gone.
};

inline constexpr std::array states{
    State::pending,
    State::awaiting_approval,
    State::provisioning,
    State::ready,
    State::updating,
    State::asleep,
    State::failed,
    State::destroying,
    State::destroyed,
};
inline constexpr std::array events{
    Event::held,
    Event::approved,
    Event::claimed,
    Event::changed,
    Event::healthy,
    Event::broken,
    Event::kept,
    Event::rested,
    Event::visited,
    Event::closed,
    Event::erased,
    Event::reopened,
};

/// Taken down, or on the way there.
constexpr bool is_going(State state)
{
    return state == State::destroying || state == State::destroyed;
}

std::string_view name(State state);
std::string_view name(Event event);
Result<State> state_named(std::string_view text);

struct Move {
    State from;
    Event on;
    State to;
};

/// Every legal move. What is not listed is a conflict. docs/lifecycle.md is printed from it.
const std::vector<Move>& moves();

/// Where `on` leads from `from`, or a conflict in a sentence.
Result<State> next(State from, Event on);

/// The words other systems use for a state, lossy and one-way (ACCEPTANCE decision 2).
enum class Vocabulary {
    preview_cloud,     ///< creating running updating failed destroying destroyed
    preview_deployer,  ///< building running failed stopped
    prevant,           ///< running paused
    prevant_backup,    ///< deployed backed-up
};
std::string_view project(State state, Vocabulary words);

/// The life of one attempt to put a commit up.
enum class DeploymentStatus { queued, in_progress, success, failed, superseded };
std::string_view name(DeploymentStatus status);
Result<DeploymentStatus> deployment_status_named(std::string_view text);
constexpr bool is_final(DeploymentStatus status)
{
    return status >= DeploymentStatus::success;
}

}  // namespace diorama
