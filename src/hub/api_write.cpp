#include "hub/api.hpp"

#include <algorithm>
#include <array>
#include <optional>

/// What others tell the forge: comments, statuses, deployments.
namespace diorama::hub::api {

namespace {

constexpr std::size_t most_comment = 65'536;
constexpr std::size_t most_description = 140;

Comment* comment_of(const Call& call)
{
    const auto found = call.repository->comments.find(call.number("id"));
    return found == call.repository->comments.end() ? nullptr : &found->second;
}

Deployment* deployment_of(const Call& call)
{
    const auto found = call.repository->deployments.find(call.number("id"));
    return found == call.repository->deployments.end() ? nullptr : &found->second;
}

bool may_edit(const World& world, const Call& call, const Comment& comment)
{
    return comment.author == call.login ||
           may_write(world.state.permission(*call.repository, call.login));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words)
{
    return std::ranges::find(words, word) != words.end();
}

bool flag(const Call& call, std::string_view key, bool standard)
{
    const Node* node = call.body.find(key);
    return node && node->boolean() ? *node->boolean() : standard;
}

/// Why a comment cannot say that; nothing when it can.
std::optional<Response> fault_of_comment(const std::string& body)
{
    if (body.empty()) return unprocessable("IssueComment", "body", "missing_field");
    if (body.size() > most_comment) return unprocessable("IssueComment", "body", "too_long");
    return std::nullopt;
}

Response created(const Node& node)
{
    Response response = answer(node, 201);
    if (const Node* url = node.find("url")) response.headers.set("Location", *url->string());
    return response;
}

}  // namespace

Task<Response> list_comments(World& world, Call call)
{
    if (!call.pull()) co_return not_found();
    Node::List list;
    for (const auto& [id, comment] : call.repository->comments) {
        if (comment.pull == call.number("number"))
            list.push_back(world.shapes.comment(*call.repository, comment));
    }
    co_return page(world, call, std::move(list));
}

Task<Response> create_comment(World& world, Call call)
{
    if (!call.pull()) co_return not_found();
    std::string body = call.text("body");
    if (auto fault = fault_of_comment(body)) co_return *std::move(fault);
    const auto id = world.actions.comment(
        {call.repository->full_name(), call.number("number"), call.login}, std::move(body)
    );
    if (!id) co_return problem(500, id.error().text());
    co_return created(world.shapes.comment(*call.repository, call.repository->comments.at(*id)));
}

Task<Response> show_comment(World& world, Call call)
{
    const Comment* comment = comment_of(call);
    if (!comment) co_return not_found();
    co_return answer(world.shapes.comment(*call.repository, *comment));
}

Task<Response> edit_comment(World& world, Call call)
{
    const Comment* comment = comment_of(call);
    if (!comment) co_return not_found();
    if (!may_edit(world, call, *comment))
        co_return problem(403, "Must have admin rights to Repository.");
    std::string body = call.text("body");
    if (auto fault = fault_of_comment(body)) co_return *std::move(fault);
    const auto edited =
        world.actions.edit_comment(*call.repository, comment->id, std::move(body), call.login);
    if (!edited) co_return not_found();
    co_return answer(world.shapes.comment(*call.repository, *comment));
}

Task<Response> delete_comment(World& world, Call call)
{
    const Comment* comment = comment_of(call);
    if (!comment) co_return not_found();
    if (!may_edit(world, call, *comment))
        co_return problem(403, "Must have admin rights to Repository.");
    const auto gone = world.actions.delete_comment(*call.repository, comment->id, call.login);
    if (!gone) co_return not_found();
    co_return Response{.status = 204};
}

Task<Response> create_status(World& world, Call call)
{
    Status status{
        .creator = call.login,
        .state = call.text("state"),
        .context = call.text("context"),
        .description = call.text("description"),
        .target_url = call.text("target_url"),
        .created = world.loop.now(),
    };
    if (!is_one_of(status.state, {"error", "failure", "pending", "success"}))
        co_return unprocessable("Status", "state", "custom");
    if (status.description.size() > most_description)
        co_return unprocessable("Status", "description", "custom");
    if (status.context.empty()) status.context = "default";
    const std::string sha = call.request.params.at("sha");
    const auto commit = co_await world.bare.commit(call.repository->id, sha);
    if (!commit || commit->sha != sha) co_return problem(422, "No commit found for SHA: " + sha);
    status.sha = sha;
    status.id = world.state.next_id();
    co_return created(
        world.shapes.status(*call.repository, call.repository->statuses.emplace_back(status))
    );
}

Task<Response> list_statuses(World& world, Call call)
{
    const auto commit =
        co_await world.bare.commit(call.repository->id, call.request.params.at("sha"));
    if (!commit) co_return not_found();
    Node::List list;
    for (const Status& status : call.repository->statuses) {
        if (status.sha == commit->sha)
            list.push_back(world.shapes.status(*call.repository, status));
    }
    std::ranges::reverse(list);
    co_return page(world, call, std::move(list));
}

Task<Response> create_deployment(World& world, Call call)
{
    const std::string ref = call.text("ref");
    if (ref.empty()) co_return unprocessable("Deployment", "ref", "missing_field");
    const auto commit = co_await world.bare.commit(call.repository->id, ref);
    if (!commit) co_return problem(422, "No ref found for: " + ref);
    // Without an empty list of contexts GitHub wants every status of the commit to be green.
    const Node* contexts = call.body.find("required_contexts");
    const bool bypassed = contexts && contexts->list() && contexts->list()->empty();
    std::map<std::string, std::string> latest;
    for (const Status& status : call.repository->statuses) {
        if (status.sha == commit->sha) latest.insert_or_assign(status.context, status.state);
    }
    const bool green =
        std::ranges::all_of(latest, [](const auto& entry) { return entry.second == "success"; });
    if (!bypassed && !green)
        co_return problem(409, "Conflict: Commit status checks failed for " + ref + ".");
    const std::string environment = call.text("environment");
    const std::string task = call.text("task");
    const Number id = world.state.next_id();
    const Deployment& made = call.repository->deployments[id] = {
        .id = id,
        .creator = call.login,
        .sha = commit->sha,
        .ref = ref,
        .task = task.empty() ? "deploy" : task,
        .environment = environment.empty() ? "production" : environment,
        .description = call.text("description"),
        .transient = flag(call, "transient_environment", false),
        .production = flag(
            call, "production_environment", environment.empty() || environment == "production"
        ),
        .created = world.loop.now(),
    };
    co_return created(world.shapes.deployment(*call.repository, made));
}

Task<Response> list_deployments(World& world, Call call)
{
    const auto fits = [&](std::string_view name, std::string_view value) {
        const auto asked = call.request.query_value(name);
        return !asked || *asked == value;
    };
    Node::List list;
    for (const auto& [id, deployment] : call.repository->deployments) {
        if (fits("sha", deployment.sha) && fits("ref", deployment.ref) &&
            fits("environment", deployment.environment) && fits("task", deployment.task))
            list.push_back(world.shapes.deployment(*call.repository, deployment));
    }
    std::ranges::reverse(list);
    co_return page(world, call, std::move(list));
}

Task<Response> show_deployment(World& world, Call call)
{
    const Deployment* deployment = deployment_of(call);
    if (!deployment) co_return not_found();
    co_return answer(world.shapes.deployment(*call.repository, *deployment));
}

Task<Response> list_deployment_statuses(World& world, Call call)
{
    const Deployment* deployment = deployment_of(call);
    if (!deployment) co_return not_found();
    Node::List list;
    for (const DeploymentStatus& status : deployment->statuses)
        list.push_back(world.shapes.deployment_status(*call.repository, *deployment, status));
    std::ranges::reverse(list);
    co_return page(world, call, std::move(list));
}

Task<Response> create_deployment_status(World& world, Call call)
{
    Deployment* deployment = deployment_of(call);
    if (!deployment) co_return not_found();
    const std::string log_url = call.text("log_url");
    DeploymentStatus status{
        .creator = call.login,
        .state = call.text("state"),
        .description = call.text("description"),
        .environment_url = call.text("environment_url"),
        .log_url = log_url.empty() ? call.text("target_url") : log_url,
        .created = world.loop.now(),
    };
    const bool known = is_one_of(
        status.state,
        {"error", "failure", "inactive", "in_progress", "queued", "pending", "success"}
    );
    if (!known) co_return unprocessable("DeploymentStatus", "state", "custom");
    if (status.description.size() > most_description)
        co_return unprocessable("DeploymentStatus", "description", "custom");
    // A success makes older successes of its environment inactive, unless told otherwise; GitHub
    // spares production and transient environments.
    if (status.state == "success" && flag(call, "auto_inactive", true)) {
        for (auto& [id, other] : call.repository->deployments) {
            const bool older = other.id < deployment->id &&
                               other.environment == deployment->environment && !other.transient &&
                               !other.production && other.state() == "success";
            if (!older) continue;
            other.statuses.push_back({
                .id = world.state.next_id(),
                .creator = call.login,
                .state = "inactive",
                .created = world.loop.now(),
            });
        }
    }
    status.id = world.state.next_id();
    co_return created(world.shapes.deployment_status(
        *call.repository, *deployment, deployment->statuses.emplace_back(status)
    ));
}

}  // namespace diorama::hub::api
