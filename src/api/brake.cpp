#include "engine/brake.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "base/instant.hpp"
#include "store/projects.hpp"

namespace diorama::api {

namespace {

struct Seen {
    std::optional<Brake> brake;
    std::vector<std::string> missing;  ///< "owner/name#7"
};

Result<Seen> look(Tx& tx)
{
    Seen seen{.brake = brake::read(tx), .missing = {}};
    if (!seen.brake) return seen;
    for (const Missing& each : seen.brake->missing) {
        const auto project = projects::find(tx, each.project);
        if (project) seen.missing.push_back(fmt::format("{}#{}", project->name, each.number));
    }
    return seen;
}

}  // namespace

/// It names projects of all people, so that seeing it takes the right to see them all.
Task<Response> show_brake(Context& context, Call call)
{
    if (!allowed(call.caller.grants, Right::read, {.tenant = context.world.settings.tenant}))
        co_return problem({Code::forbidden, "this needs the right to read everything here"});
    const auto seen = co_await context.world.store.read(look);
    if (!seen) co_return problem(seen.error());
    Node node = Node::Map{
        {"holds", seen->brake.has_value()}
    };
    if (seen->brake) {
        node.set("since", to_text(seen->brake->at));
        node.set("missing", to_node(seen->missing));
        node.set("reason", brake::sentence(*seen->brake));
        node.set("mend", "diorama brake release");
    }
    co_return json(200, node);
}

/// Each pull request is looked at by itself: only those that are closed are taken down.
Task<Response> release_brake(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return problem(permitted.error());
    const auto released = co_await context.poller.release();
    if (!released) co_return problem(released.error());
    co_return json(
        202,
        Node(Node::Map{
            {"released", static_cast<std::int64_t>(*released)}
    })
    );
}

}  // namespace diorama::api
