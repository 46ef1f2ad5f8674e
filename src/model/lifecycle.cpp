#include "model/lifecycle.hpp"

#include <algorithm>
#include <cstdlib>

namespace diorama {

std::string_view name(State state)
{
    switch (state) {
        case State::pending: return "pending";
        case State::awaiting_approval: return "awaiting_approval";
        case State::provisioning: return "provisioning";
        case State::ready: return "ready";
        case State::updating: return "updating";
        case State::asleep: return "asleep";
        case State::failed: return "failed";
        case State::destroying: return "destroying";
        case State::destroyed: return "destroyed";
    }
    std::abort();
}

std::string_view name(Event event)
{
    switch (event) {
        case Event::held: return "held";
        case Event::approved: return "approved";
        case Event::claimed: return "claimed";
        case Event::changed: return "changed";
        case Event::healthy: return "healthy";
        case Event::broken: return "broken";
        case Event::kept: return "kept";
        case Event::rested: return "rested";
        case Event::visited: return "visited";
        case Event::closed: return "closed";
        case Event::erased: return "erased";
        case Event::reopened: return "reopened";
    }
    std::abort();
}

Result<State> state_named(std::string_view text)
{
    for (const State state : states) {
        if (name(state) == text) return state;
    }
    return Error{Code::invalid, fmt::format("'{}' is not a state of an environment", text)};
}

const std::vector<Move>& moves()
{
    using enum State;
    using enum Event;
    static const std::vector<Move> table{
        {pending,           held,     awaiting_approval},
        {awaiting_approval, approved, pending          },
        {pending,           claimed,  provisioning     },
        {provisioning,      healthy,  ready            },
        {provisioning,      broken,   failed           },
        {provisioning,      kept,     ready            },
        {ready,             changed,  updating         },
        {asleep,            changed,  updating         },
        {failed,            changed,  updating         },
        {updating,          healthy,  ready            },
        {updating,          kept,     ready            },
        {updating,          broken,   failed           },
        {ready,             rested,   asleep           },
        {asleep,            visited,  ready            },
        {pending,           closed,   destroying       },
        {awaiting_approval, closed,   destroying       },
        {provisioning,      closed,   destroying       },
        {ready,             closed,   destroying       },
        {updating,          closed,   destroying       },
        {asleep,            closed,   destroying       },
        {failed,            closed,   destroying       },
        {destroying,        erased,   destroyed        },
        {destroyed,         reopened, pending          },
    };
    return table;
}

Result<State> next(State from, Event on)
{
    const auto move =
        std::ranges::find_if(moves(), [&](const Move& m) { return m.from == from && m.on == on; });
    if (move != moves().end()) return move->to;
    return Error{
        Code::conflict,
        fmt::format("'{}' cannot happen to an environment that is {}", name(on), name(from))
    };
}

namespace {

std::string_view preview_cloud(State state)
{
    switch (state) {
        case State::pending:
        case State::awaiting_approval:
        case State::provisioning: return "creating";
        case State::ready:
        case State::asleep: return "running";
        case State::updating: return "updating";
        case State::failed: return "failed";
        case State::destroying: return "destroying";
        case State::destroyed: return "destroyed";
    }
    std::abort();
}

std::string_view preview_deployer(State state)
{
    switch (state) {
        case State::pending:
        case State::awaiting_approval:
        case State::provisioning:
        case State::updating: return "building";
        case State::ready: return "running";
        case State::failed: return "failed";
        case State::asleep:
        case State::destroying:
        case State::destroyed: return "stopped";
    }
    std::abort();
}

}  // namespace

std::string_view project(State state, Vocabulary words)
{
    switch (words) {
        case Vocabulary::preview_cloud: return preview_cloud(state);
        case Vocabulary::preview_deployer: return preview_deployer(state);
        case Vocabulary::prevant: return state == State::asleep ? "paused" : "running";
        case Vocabulary::prevant_backup:
            return state == State::destroyed ? "backed-up" : "deployed";
    }
    std::abort();
}

std::string_view name(DeploymentStatus status)
{
    switch (status) {
        case DeploymentStatus::queued: return "queued";
        case DeploymentStatus::in_progress: return "in_progress";
        case DeploymentStatus::success: return "success";
        case DeploymentStatus::failed: return "failed";
        case DeploymentStatus::superseded: return "superseded";
    }
    std::abort();
}

Result<DeploymentStatus> deployment_status_named(std::string_view text)
{
    using enum DeploymentStatus;
    for (const auto status : {queued, in_progress, success, failed, superseded}) {
        if (name(status) == text) return status;
    }
    return Error{Code::invalid, fmt::format("'{}' is not a status of a deployment", text)};
}

}  // namespace diorama
