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

Task<Response> show_deployment(Context& context, Call call)
{
    const Error none{Code::not_found, "there is no such deployment"};
    const auto id = DeploymentId::parse(call.param("id"));
    if (!id) co_return problem(none);
    const auto read = [id = *id](Tx& tx) { return deployments::find(tx, id); };
    const auto deployment = co_await context.world.store.read(read);
    if (!deployment && deployment.error().code != Code::not_found)
        co_return problem(deployment.error());
    if (!deployment) co_return problem(none);
    const auto seen =
        co_await find_environment(context, call.caller, call.right, deployment->environment.text());
    if (!seen) co_return problem(seen.error().code == Code::not_found ? none : seen.error());
    co_return json(200, view(context, *deployment));
}

}  // namespace diorama::api
