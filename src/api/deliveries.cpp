#include "store/deliveries.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "forge/github/webhook.hpp"

namespace diorama::api {

namespace {

Result<deliveries::Filter> filter_of(const Request& request)
{
    deliveries::Filter filter;
    if (const auto text = request.query_value("verdict")) {
        const auto verdict = deliveries::verdict_named(*text);
        if (!verdict) return verdict.error();
        filter.verdict = *verdict;
    }
    if (const auto text = request.query_value("repository")) filter.repository = *text;
    const auto number = sequence_of(request, "pull_request");
    if (!number) return number.error();
    if (*number) filter.pull_request = static_cast<std::int64_t>(**number);
    return filter;
}

/// The delivery that the path names; bodies may hold what only administrators may read.
Task<Result<deliveries::Delivery>> find_delivery(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return permitted.error();
    const auto id = DeliveryId::parse(call.param("id"));
    if (!id)
        co_return Error{
            Code::not_found,
            "there is no such delivery",
            "diorama deliveries ls shows those there are."
        };
    const auto read = [id = *id, tenant = context.world.settings.tenant](Tx& tx) {
        return deliveries::find(tx, tenant, id);
    };
    co_return co_await context.world.store.read(read);
}

Result<Arrival> again(const deliveries::Delivery& old, const WebhookDoor& door, const Actor& by)
{
    if (old.body.empty())
        return Error{
            Code::conflict,
            "it was refused, and of those the body is not kept",
            "Send it again from the page of the webhook on GitHub."
        };
    const auto hint = github::read_webhook(
        {.event = old.event, .delivery = old.delivery, .body = old.body, .web = door.web}
    );
    if (!hint) return hint.error();
    return Arrival{
        .hint = *hint,
        .remote = old.remote,
        .headers = old.headers,
        .body = old.body,
        .replay = Arrival::Replay{old.id, by}
    };
}

}  // namespace

Task<Response> list_deliveries(Context& context, Call call)
{
    const auto permitted = check_administrator(context, call.caller);
    if (!permitted) co_return problem(permitted.error());
    const auto known =
        only_known(call.request, {"limit", "after", "verdict", "repository", "pull_request"});
    if (!known) co_return problem(known.error());
    const auto limit = limit_of(call.request, 50);
    if (!limit) co_return problem(limit.error());
    const auto filter = filter_of(call.request);
    if (!filter) co_return problem(filter.error());
    const std::string after(call.request.query_value("after").value_or(""));
    const auto read = [=, tenant = context.world.settings.tenant, limit = *limit, filter = *filter](
                          Tx& tx
                      ) { return deliveries::list(tx, tenant, filter, after, limit); };
    const auto listed = co_await context.world.store.read(read);
    if (!listed) co_return problem(listed.error());
    Node::List items;
    for (const deliveries::Delivery& delivery : listed->items)
        items.push_back(view(delivery));
    co_return page(std::move(items), listed->next);
}

Task<Response> show_delivery(Context& context, Call call)
{
    const auto delivery = co_await find_delivery(context, std::move(call));
    if (!delivery) co_return problem(delivery.error());
    Node node = view(*delivery);
    node.set("body", delivery->body);
    co_return json(200, node);
}

/// The original stays as it is; the replay is a delivery of its own.
Task<Response> replay_delivery(Context& context, Call call)
{
    const Actor by = call.caller.actor;
    const auto old = co_await find_delivery(context, std::move(call));
    if (!old) co_return problem(old.error());
    auto arrival = again(*old, context.github, by);
    if (!arrival) co_return problem(arrival.error());
    const auto receipt = co_await context.intake.receive(*std::move(arrival));
    if (!receipt) co_return problem(receipt.error());
    co_return json(202, view(*receipt));
}

}  // namespace diorama::api
