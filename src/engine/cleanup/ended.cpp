#include "engine/cleanup/ended.hpp"

#include "base/json.hpp"
#include "store/event_log.hpp"
#include "store/pull_requests.hpp"

namespace diorama {

namespace {

/// Who or what ended it, unless its forge did.
std::optional<std::string> reason(const Actor& actor)
{
    switch (actor.type) {
        case Actor::Type::timer: return actor.name;
        case Actor::Type::user: return "stopped by " + actor.name;
        case Actor::Type::token: return "stopped by token " + actor.name;
        case Actor::Type::forge:
        case Actor::Type::system: return std::nullopt;
    }
    std::abort();
}

/// Events that an older version wrote do not name it.
std::string head_in(const std::string& data, const Environment& environment)
{
    const auto node = parse_json(data);
    const Node* head = node ? node->find("head") : nullptr;
    return head && head->string() ? *head->string() : environment.wanted.commit;
}

}  // namespace

std::optional<Ended> ended_on_purpose(Tx& tx, const Environment& environment)
{
    if (!is_going(environment.state)) return std::nullopt;
    const auto closed = event_log::newest(tx, environment.id, name(Event::closed));
    if (!closed) return std::nullopt;
    const auto why = reason(closed->actor);
    if (!why) return std::nullopt;
    return Ended{*why, head_in(closed->data, environment)};
}

std::string note_of_end(Tx& tx, const Environment& environment)
{
    if (!environment.pull_request) return "{}";
    const auto record =
        pull_requests::find(tx, environment.identity.project, *environment.pull_request);
    if (!record || record->facts.head_commit.empty()) return "{}";
    return write_json(Node::Map{
        {"head", record->facts.head_commit}
    });
}

}  // namespace diorama
