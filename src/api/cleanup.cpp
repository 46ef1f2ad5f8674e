#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "base/byte_size.hpp"
#include "base/duration.hpp"
#include "store/inventory.hpp"

namespace diorama::api {

namespace {

Node item(std::string_view what, std::string name, std::string why)
{
    return Node::Map{
        {"what", what           },
        {"name", std::move(name)},
        {"why",  std::move(why) }
    };
}

Node view(const Ending& ending)
{
    Node node = item("environment", ending.slug, ending.why);
    node.set("environment", ending.environment.text());
    node.set("held", ending.held);
    return node;
}

Node view(const Orphan& orphan)
{
    Node node = item(name(orphan.stray.type), orphan.stray.name, orphan.why);
    node.set("environment", orphan.stray.environment.text());
    node.set("held", orphan.held);
    return node;
}

Node view(const SpareImage& image)
{
    Node node = item("image", image.reference, image.why);
    node.set("bytes", image.bytes);
    node.set("size", human_byte_size({image.bytes}));
    return node;
}

std::string counted(std::int64_t number, std::string_view one, std::string_view more)
{
    return fmt::format("{} {}", number, number == 1 ? one : more);
}

/// The same shape for what would go and for what went.
Response answer(const Context& context, const CleanupPlan& plan)
{
    const CleanupSettings& settings = context.world.settings.cleanup;
    Node::List items;
    for (const Ending& each : plan.endings)
        items.push_back(view(each));
    for (const Orphan& each : plan.orphans)
        items.push_back(view(each));
    for (const SpareImage& each : plan.images)
        items.push_back(view(each));
    if (plan.lines > 0)
        items.push_back(item(
            "logs",
            counted(plan.lines, "line", "lines"),
            "older than " + human_duration(settings.logs)
        ));
    if (plan.histories > 0)
        items.push_back(item(
            "history",
            counted(plan.histories, "environment", "environments"),
            "gone for " + human_duration(settings.history)
        ));
    return json(
        200,
        Node(Node::Map{
            {"items",   std::move(items)     },
            {"unknown", to_node(plan.unknown)}
    })
    );
}

}  // namespace

/// It names environments of all people, so that seeing it takes the right to see them all.
Task<Response> show_cleanup(Context& context, Call call)
{
    if (!allowed(call.caller.grants, Right::read, {.tenant = context.world.settings.tenant}))
        co_return problem({Code::forbidden, "this needs the right to read everything here"});
    const auto plan = co_await context.cleaner.plan();
    if (!plan) co_return problem(plan.error());
    co_return answer(context, *plan);
}

Task<Response> clean_up(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return problem(permitted.error());
    const auto done = co_await context.cleaner.pass_by_hand(context.stopping);
    if (!done) co_return problem(done.error());
    co_return answer(context, *done);
}

}  // namespace diorama::api
