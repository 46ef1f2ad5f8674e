#include "store/deployments.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"

namespace diorama::api {

Task<Response> list_deployments(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto known = only_known(call.request, {"limit", "after"});
    if (!known) co_return problem(known.error());
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
        items.push_back(view(context, deployment));
    co_return page(std::move(items), listed->next);
}

namespace {

/// The deployment of the path, if the caller holds the endpoint's right on its environment.
Task<Result<Deployment>>
find_deployment(Context& context, Caller caller, Right right, std::string text)
{
    const Error none{Code::not_found, "there is no such deployment"};
    const auto id = DeploymentId::parse(text);
    if (!id) co_return none;
    const auto read = [id = *id](Tx& tx) { return deployments::find(tx, id); };
    const auto deployment = co_await context.world.store.read(read);
    if (!deployment)
        co_return deployment.error().code == Code::not_found ? none : deployment.error();
    const auto seen = co_await find_environment(
        context, std::move(caller), right, deployment->environment.text()
    );
    if (!seen) co_return seen.error().code == Code::not_found ? none : seen.error();
    co_return *deployment;
}

}  // namespace

Task<Response> show_deployment(Context& context, Call call)
{
    const auto deployment =
        co_await find_deployment(context, call.caller, call.right, call.param("id"));
    if (!deployment) co_return problem(deployment.error());
    co_return json(200, view(context, *deployment));
}

/// POST /api/v1/deployments/{id}/cancel
///
/// Answers when nothing of it is under way any more; `ended` is false where that takes too long.
Task<Response> cancel_deployment(Context& context, Call call)
{
    const auto deployment =
        co_await find_deployment(context, call.caller, call.right, call.param("id"));
    if (!deployment) co_return problem(deployment.error());
    const auto cancelled = co_await context.commands.cancel(call.caller, deployment->id);
    if (!cancelled) co_return problem(cancelled.error());
    Node node = view(context, cancelled->deployment);
    node.set("ended", cancelled->ended);
    co_return json(200, node);
}

}  // namespace diorama::api
