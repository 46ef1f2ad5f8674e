#include "engine/brake.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "base/instant.hpp"
#include "store/projects.hpp"

namespace diorama::api {

namespace {

struct Seen {
    std::optional<Brake> brake;
    Node::List missing;  ///< "owner/name#7"
    Node::List held;     ///< The same, each with why.
};

Node held(std::string_view what, std::string_view why)
{
    return Node::Map{
        {"what", what},
        {"why",  why }
    };
}

Result<Seen> look(Tx& tx)
{
    Seen seen{.brake = brake::read(tx), .missing = {}, .held = {}};
    if (!seen.brake) return seen;
    for (const Leaver& each : seen.brake->leavers) {
        const auto project = projects::find(tx, each.project);
        if (!project) continue;
        const auto place = fmt::format("{}#{}", project->name, each.number);
        seen.missing.push_back(place);
        seen.held.push_back(held(place, sentence(each.why)));
    }
    return seen;
}

/// What our own clock would end; how many.
std::size_t add_held(const std::vector<Ending>& endings, Node::List& all)
{
    std::size_t count = 0;
    for (const Ending& each : endings) {
        if (!each.held) continue;
        all.push_back(held(each.slug, each.why));
        ++count;
    }
    return count;
}

}  // namespace

/// It names projects of all people, so that seeing it takes the right to see them all.
Task<Response> show_brake(Context& context, Call call)
{
    if (!allowed(call.caller.grants, Right::read, {.tenant = context.world.settings.tenant}))
        co_return problem({Code::forbidden, "this needs the right to read everything here"});
    const auto seen = co_await context.world.store.read(look);
    if (!seen) co_return problem(seen.error());
    const auto over = co_await context.cleaner.over();
    if (!over) co_return problem(over.error());
    Node::List all = seen->held;
    const std::size_t late = add_held(*over, all);
    Node node = Node::Map{
        {"holds", seen->brake.has_value() || late > 0}
    };
    if (seen->brake) {
        node.set("since", to_text(seen->brake->at));
        node.set("missing", seen->missing);
        node.set("reason", brake::sentence(*seen->brake));
    } else if (late > 0) {
        node.set("reason", held_endings_sentence(late));
    }
    if (!all.empty()) {
        node.set("held", std::move(all));
        node.set("mend", "diorama brake release");
    }
    co_return json(200, node);
}

/// Each pull request is looked at by itself: only those that are closed are taken down. What our
/// own clock held ends.
Task<Response> release_brake(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return problem(permitted.error());
    const auto ended = co_await context.cleaner.release();
    if (!ended) co_return problem(ended.error());
    const auto released = co_await context.poller.release();
    if (!released && (*ended == 0 || released.error().code != Code::not_found))
        co_return problem(released.error());
    co_return json(
        202,
        Node(Node::Map{
            {"released", static_cast<std::int64_t>(released ? *released : 0)},
            {"ended",    static_cast<std::int64_t>(*ended)                  }
    })
    );
}

}  // namespace diorama::api
