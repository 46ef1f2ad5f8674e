#include "model/environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace diorama {

std::string_view name(Kind kind)
{
    switch (kind) {
        case Kind::pull_request: return "pull_request";
        case Kind::branch: return "branch";
        case Kind::commit: return "commit";
        case Kind::named: return "named";
    }
    std::abort();
}

Result<Kind> kind_named(std::string_view text)
{
    using enum Kind;
    for (const Kind kind : {pull_request, branch, commit, named}) {
        if (name(kind) == text) return kind;
    }
    return Error{
        Code::invalid,
        fmt::format("'{}' is not a kind of environment", text),
        "Use pull_request, branch, commit or named."
    };
}

Identity pull_request_identity(ProjectId project, std::int64_t number)
{
    return {project, Kind::pull_request, fmt::format("{}", number)};
}

std::vector<Phase> phases(const Deployment& deployment)
{
    if (!deployment.completed_at) return {};
    const std::array<std::pair<const char*, std::optional<Instant>>, 5> ends{
        {
         {"queue", deployment.started_at},
         {"fetch", deployment.fetched_at},
         {"build", deployment.built_at},
         {"start", deployment.well_at},
         {"switch", deployment.completed_at},
         }
    };
    std::vector<Phase> parts;
    Instant since = deployment.created_at;
    for (const auto& [name, end] : ends) {
        const Instant until = end.value_or(*deployment.completed_at);
        parts.push_back({name, until - since});
        // Where it ended, unless it came to the end.
        if (!end) break;
        since = until;
    }
    return parts;
}

std::string_view name(Actor::Type type)
{
    switch (type) {
        case Actor::Type::user: return "user";
        case Actor::Type::token: return "token";
        case Actor::Type::forge: return "forge";
        case Actor::Type::timer: return "timer";
        case Actor::Type::system: return "system";
    }
    std::abort();
}

Result<Actor::Type> actor_type_named(std::string_view text)
{
    using enum Actor::Type;
    for (const auto type : {user, token, forge, timer, system}) {
        if (name(type) == text) return type;
    }
    return Error{Code::invalid, fmt::format("'{}' is not a type of actor", text)};
}

std::string_view name(Presence presence)
{
    switch (presence) {
        case Presence::awake: return "awake";
        case Presence::frozen: return "frozen";
        case Presence::stopped: return "stopped";
        case Presence::archived: return "archived";
        case Presence::gone: return "gone";
    }
    std::abort();
}

Result<Presence> presence_named(std::string_view text)
{
    for (const Presence presence : presences) {
        if (name(presence) == text) return presence;
    }
    return Error{Code::invalid, fmt::format("'{}' is not a presence", text)};
}

Instant last_used(const Environment& environment)
{
    const Instant awake =
        environment.presence == Presence::awake ? environment.presence_since : Instant{};
    return std::max({environment.wanted_at, environment.last_accessed_at.value_or(Instant{}), awake}
    );
}

}  // namespace diorama
