#include "store/deployments.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/views.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"
#include "store/log_lines.hpp"

namespace diorama::api {

Task<Response> list_deployments(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto limit = limit_of(call.request, 20);
    if (!limit) co_return problem(limit.error());
    const std::string after(call.request.query_value("after").value_or(""));
    const auto read = [id = found->id, after, limit = *limit](Tx& tx) {
        return deployments::list(tx, id, after, limit);
    };
    const auto listed = co_await context.world.store.read(read);
    if (!listed) co_return problem(listed.error());
    Node::List items;
    for (const Deployment& deployment : listed->items)
        items.push_back(view(deployment));
    co_return page(std::move(items), listed->next);
}

Task<Response> show_deployment(Context& context, Call call)
{
    const auto id = DeploymentId::parse(call.param("id"));
    if (!id) co_return problem({Code::not_found, "there is no such deployment"});
    const auto read = [id = *id](Tx& tx) { return deployments::find(tx, id); };
    const auto deployment = co_await context.world.store.read(read);
    if (!deployment) co_return problem(deployment.error());
    const auto seen =
        co_await find_environment(context, call.caller, deployment->environment.text());
    if (!seen) co_return problem({Code::not_found, "there is no such deployment"});
    co_return json(200, view(*deployment));
}

namespace {

/// One sentence for a person who wonders, and the command that comes next.
Node reason(const Environment& environment, const std::optional<Deployment>& latest)
{
    const auto say = [](std::string_view verdict, std::string text, std::string mend) {
        return Node(Node::Map{
            {"verdict", verdict},
            {"reason",  text   },
            {"mend",    mend   }
        });
    };
    const std::string logs = "diorama logs " + environment.slug;
    switch (environment.state) {
        case State::ready:
            if (latest && latest->status == DeploymentStatus::failed)
                return say(
                    "stale",
                    "the newest commit failed, an older one is serving: " + latest->cause,
                    logs
                );
            return say(
                "healthy", "it serves the wanted commit", "diorama open " + environment.slug
            );
        case State::failed: return say("failed", environment.cause, logs);
        case State::pending: return say("waiting", "it waits for a worker", logs + " --follow");
        case State::awaiting_approval: return say("held", "its commit waits for an approval", "");
        case State::provisioning:
        case State::updating: return say("working", "it is being put up", logs + " --follow");
        case State::asleep:
            return say("asleep", "nobody looked for a while", "diorama open " + environment.slug);
        case State::destroying: return say("leaving", "it is being taken down", logs + " --follow");
        case State::destroyed:
            return say("gone", "it was taken down", "diorama up puts it up again");
    }
    std::abort();
}

}  // namespace

Task<Response> explain_environment(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    struct Story {
        std::optional<Deployment> latest;
        std::vector<LogLine> lines;
        std::vector<Entry> owed;
    };
    const auto read = [id = found->id](Tx& tx) -> Result<Story> {
        Story story;
        const auto latest = deployments::latest(tx, id);
        if (latest) story.latest = *latest;
        const auto lines = log_lines::page(tx, {.environment = id, .limit = 15});
        if (!lines) return lines.error();
        story.lines = *lines;
        return story;
    };
    const auto story = co_await context.world.store.read(read);
    if (!story) co_return problem(story.error());
    Node node = reason(*found, story->latest);
    node.set("environment", found->slug);
    node.set("state", name(found->state));
    if (story->latest) node.set("deployment", view(*story->latest));
    Node::List lines;
    for (const LogLine& line : story->lines)
        lines.push_back(view(line));
    node.set("last_lines", std::move(lines));
    co_return json(200, node);
}

}  // namespace diorama::api
