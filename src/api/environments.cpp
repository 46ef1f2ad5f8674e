#include "store/environments.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/views.hpp"
#include "git/object.hpp"
#include "git/ref.hpp"
#include "store/deployments.hpp"
#include "store/instances.hpp"

#include <charconv>

namespace diorama::api {

namespace {

struct CreateBody {
    std::string repository;
    std::optional<std::int64_t> pull_request;
    std::optional<std::string> branch;
    std::optional<std::string> commit;
    std::optional<std::string> name;
    std::optional<std::string> ref;

    static constexpr auto required = {"repository"};
};
BOOST_DESCRIBE_STRUCT(CreateBody, (), (repository, pull_request, branch, commit, name, ref))

Result<> take_commit(const CreateBody& body, DeployRequest& request)
{
    if (!body.commit) return ok();
    const auto commit = git::ObjectId::parse(*body.commit);
    if (!commit) return commit.error();
    request.commit = commit->text();
    return ok();
}

Result<> take_ref(const CreateBody& body, DeployRequest& request)
{
    if (!body.ref && !body.branch) return ok();
    const auto ref = body.ref ? git::RefName::parse(*body.ref) : git::RefName::branch(*body.branch);
    if (!ref) return ref.error();
    request.ref = ref->text();
    return ok();
}

/// A name comes first, then the pull request, the branch and the commit: the most lasting of what
/// was given says which environment it is, the rest what it shows.
Result<DeployRequest> deploy_request(const CreateBody& body, const git::AllowedLocations& allowed)
{
    const auto location = git::Location::parse(body.repository, allowed);
    if (!location) return location.error().during("repository");
    DeployRequest request{.repository = location->text()};
    request.name =
        location->owner().empty() ? location->name() : location->owner() + "/" + location->name();
    const auto commit = take_commit(body, request);
    if (!commit) return commit.error();
    const auto ref = take_ref(body, request);
    if (!ref) return ref.error();
    if (body.name) {
        request.kind = Kind::named;
        request.key = *body.name;
    } else if (body.pull_request) {
        request.kind = Kind::pull_request;
        request.key = fmt::format("{}", *body.pull_request);
    } else if (body.branch) {
        request.kind = Kind::branch;
        request.key = *body.branch;
    } else if (body.commit) {
        request.kind = Kind::commit;
        request.key = request.commit;
    } else {
        return Error{
            Code::invalid,
            "the request body says no pull_request, branch, commit or name",
            "Say which one shall be shown, e.g. \"branch\": \"main\"."
        };
    }
    return request;
}

/// `Prefer: wait=N` and `respond-async` (RFC 7240).
struct Preference {
    std::optional<seconds> wait;
    bool async = false;
};

Preference preference(const Request& request)
{
    Preference found;
    for (const std::string_view value : request.headers.all("Prefer")) {
        if (value.find("respond-async") != std::string_view::npos) found.async = true;
        const auto at = value.find("wait=");
        if (at == std::string_view::npos) continue;
        int number = 0;
        std::from_chars(value.data() + at + 5, value.data() + value.size(), number);
        if (number > 0) found.wait = seconds{std::min(number, 900)};
    }
    return found;
}

Task<Result<Node>> shown(Context& context, EnvironmentId id)
{
    const auto read = [id, &settings = context.world.settings](Tx& tx) -> Result<Node> {
        const auto environment = environments::find(tx, id);
        if (!environment) return environment.error();
        return view(facts_of(tx, *environment, settings), settings);
    };
    co_return co_await context.world.store.read(read);
}

/// Until the wanted generation is met or failed, or `limit` is over.
Task<> wait_until_over(Context& context, EnvironmentId id, seconds limit)
{
    const Instant end = context.world.scheduler.now() + limit;
    while (context.world.scheduler.now() < end) {
        const auto read = [id](Tx& tx) { return deployments::latest(tx, id); };
        const auto latest = co_await context.world.store.read(read);
        if (!latest || is_final(latest->status)) co_return;
        co_await sleep(context.world.scheduler, milliseconds{50});
    }
}

/// 201 at once, or when it is over if the client prefers to wait; 202 with where to look if it
/// prefers that (ACCEPTANCE decision 1).
Task<Response> wished(Context& context, const Request& request, Environment environment, int status)
{
    const Preference prefers = preference(request);
    const EnvironmentId id = environment.id;
    if (prefers.wait && !prefers.async) co_await wait_until_over(context, id, *prefers.wait);
    const auto node = co_await shown(context, id);
    if (!node) co_return problem(node.error());
    Response response = json(prefers.async ? 202 : status, *node);
    response.headers.set("Location", "/api/v1/environments/" + id.text());
    if (prefers.async) {
        const auto read = [id](Tx& tx) { return deployments::latest(tx, id); };
        const auto latest = co_await context.world.store.read(read);
        if (latest) response.headers.set("Location", "/api/v1/deployments/" + latest->id.text());
        response.headers.set("Preference-Applied", "respond-async");
    }
    co_return response;
}

Result<environments::ListQuery> list_query(const Request& request)
{
    environments::ListQuery query;
    const auto limit = limit_of(request, 50);
    if (!limit) return limit.error();
    query.limit = *limit;
    if (const auto after = request.query_value("after")) query.after = *after;
    if (const auto search = request.query_value("search")) query.filter.search = *search;
    for (const auto& [key, value] : request.query) {
        if (key != "state") continue;
        const auto state = state_named(value);
        if (!state) return state.error();
        query.filter.states.push_back(*state);
    }
    if (const auto project = request.query_value("project")) {
        const auto id = ProjectId::parse(*project);
        if (!id) return id.error();
        query.filter.project = *id;
    }
    query.filter.with_destroyed = request.query_value("all") == "true";
    return query;
}

}  // namespace

Task<Result<Environment>> find_environment(Context& context, Caller caller, std::string text)
{
    const auto read = [=](Tx& tx) -> Result<Environment> {
        const auto id = EnvironmentId::parse(text);
        const auto found = id ? environments::find(tx, *id) : environments::find_by_slug(tx, text);
        const bool seen = found && allowed(
                                       caller.grants,
                                       Right::read,
                                       {.tenant = found->tenant, .project = found->identity.project}
                                   );
        if (seen) return *found;
        if (!found && found.error().code != Code::not_found) return found.error();
        return Error{
            Code::not_found, "there is no such environment", "diorama ls shows those there are."
        };
    };
    co_return co_await context.world.store.read(read);
}

Task<Response> create_environment(Context& context, Call call)
{
    const auto body = body_as<CreateBody>(call.request);
    if (!body) co_return problem(body.error());
    auto request = deploy_request(*body, context.locations);
    if (!request) co_return problem(request.error());
    const auto environment = co_await context.commands.deploy(call.caller, *std::move(request));
    if (!environment) co_return problem(environment.error());
    const int status = environment->wanted.generation == 1 ? 201 : 200;
    co_return co_await wished(context, call.request, *environment, status);
}

Task<Response> redeploy_environment(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto environment = co_await context.commands.redeploy(call.caller, found->id);
    if (!environment) co_return problem(environment.error());
    co_return co_await wished(context, call.request, *environment, 202);
}

Task<Response> delete_environment(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto environment = co_await context.commands.destroy(call.caller, found->id);
    if (!environment) co_return problem(environment.error());
    const auto node = co_await shown(context, found->id);
    if (!node) co_return problem(node.error());
    co_return json(202, *node);
}

Task<Response> show_environment(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto node = co_await shown(context, found->id);
    if (!node) co_return problem(node.error());
    co_return json(200, *node);
}

Task<Response> list_services(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto read = [environment = *found,
                       &settings = context.world.settings](Tx& tx) -> Result<Node::List> {
        return services(facts_of(tx, environment, settings), settings);
    };
    auto items = co_await context.world.store.read(read);
    if (!items) co_return problem(items.error());
    co_return page(*std::move(items), "");
}

Task<Response> list_environments(Context& context, Call call)
{
    const auto query = list_query(call.request);
    if (!query) co_return problem(query.error());
    const environments::Scope scope{.tenant = context.world.settings.tenant};
    if (!allowed(call.caller.grants, Right::read, {.tenant = scope.tenant}))
        co_return problem({Code::forbidden, "this token sees single projects only"});
    struct Found {
        Node::List items;
        std::string next;
    };
    const auto read = [=, &settings = context.world.settings](Tx& tx) -> Result<Found> {
        const auto listed = environments::list(tx, scope, *query);
        if (!listed) return listed.error();
        Found found{.next = listed->next};
        for (const Environment& environment : listed->items)
            found.items.emplace_back(view(facts_of(tx, environment, settings), settings));
        return found;
    };
    auto found = co_await context.world.store.read(read);
    if (!found) co_return problem(found.error());
    co_return page(std::move(found->items), found->next);
}

}  // namespace diorama::api
