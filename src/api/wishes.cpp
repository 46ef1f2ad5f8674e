#include "api/answers.hpp"
#include "api/create_body.hpp"
#include "api/handlers.hpp"
#include "api/prefer.hpp"
#include "api/views.hpp"
#include "engine/facts.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"

namespace diorama::api {

namespace {

/// Says whether what was waited for has come.
using Over = std::function<Result<bool>(Tx&)>;

Over deployment_over(const Environment& wished)
{
    return [id = wished.id, generation = wished.wanted.generation](Tx& tx) -> Result<bool> {
        const auto latest = deployments::latest(tx, id);
        if (!latest) return latest.error();
        return latest->generation > generation || is_final(latest->status);
    };
}

Over destruction_over(EnvironmentId id)
{
    return [id](Tx& tx) -> Result<bool> {
        const auto seen = environments::find(tx, id);
        if (!seen) return seen.error();
        return seen->state == State::destroyed;
    };
}

/// Whether it came within `limit`. It looks again whenever something was committed.
Task<Result<bool>> wait_for(Context& context, Over over, seconds limit)
{
    constexpr milliseconds glance{50};
    Scheduler& scheduler = context.world.scheduler;
    const Instant end = scheduler.now() + limit;
    std::optional<std::uint64_t> commits;
    for (;;) {
        const std::uint64_t now = context.world.store.statistics().commits;
        if (commits != now) {
            commits = now;
            const auto come = co_await context.world.store.read(over);
            if (!come || *come) co_return come;
        }
        if (scheduler.now() >= end) co_return false;
        const bool slept = co_await sleep(scheduler, glance, context.stopping);
        if (!slept) co_return false;
    }
}

Task<Result<Node>> shown(Context& context, EnvironmentId id)
{
    const auto read = [id,
                       &settings = context.world.settings,
                       now = context.world.scheduler.now()](Tx& tx) -> Result<EnvironmentFacts> {
        const auto environment = environments::find(tx, id);
        if (!environment) return environment.error();
        auto facts = facts_of(tx, settings, *environment);
        if (facts) add_places(tx, settings, {&*facts, 1}, now);
        return facts;
    };
    const auto facts = co_await context.world.store.read(read);
    if (!facts) co_return facts.error();
    co_return view(context, *facts);
}

/// What is answered to a wish that began at once (ACCEPTANCE decision 1).
struct Statuses {
    int begun;
    int over;  ///< After waiting for it.
};

/// The environment and where it stands; 202 with the attempt's place for who prefers that, unless
/// it was over before the wait was.
Task<Response> wished(Context& context, Preference prefers, Environment environment, Statuses say)
{
    const EnvironmentId id = environment.id;
    bool over = false;
    if (prefers.wait) {
        const auto come = co_await wait_for(context, deployment_over(environment), *prefers.wait);
        if (!come) co_return problem(come.error());
        over = *come;
    }
    const auto node = co_await shown(context, id);
    if (!node) co_return problem(node.error());
    const int status = over ? say.over : prefers.async ? 202 : say.begun;
    Response response = json(status, *node);
    response.headers.set("Location", "/api/v1/environments/" + id.text());
    if (status == 202) {
        const auto read = [id](Tx& tx) { return deployments::latest(tx, id); };
        const auto latest = co_await context.world.store.read(read);
        if (!latest) co_return problem(latest.error());
        response.headers.set("Location", "/api/v1/deployments/" + latest->id.text());
    }
    if (prefers.wait)
        response.headers.add("Preference-Applied", fmt::format("wait={}", prefers.wait->count()));
    if (prefers.async && !over) response.headers.add("Preference-Applied", "respond-async");
    co_return response;
}

}  // namespace

Task<Response> create_environment(Context& context, Call call)
{
    const auto body = body_as<CreateBody>(call.request);
    if (!body) co_return problem(body.error());
    auto request = deploy_request(*body, context.locations);
    if (!request) co_return problem(request.error());
    const auto environment = co_await context.commands.deploy(call.caller, *std::move(request));
    // Not for now: nothing of the request has to change (ACCEPTANCE decision 6).
    if (!environment && environment.error().code == Code::too_many)
        co_return problem(environment.error(), 412);
    if (!environment) co_return problem(environment.error());
    const int status = environment->wanted.generation == 1 ? 201 : 200;
    const Statuses say{status, status};
    co_return co_await wished(context, preference(call.request.headers), *environment, say);
}

Task<Response> redeploy_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto environment = co_await context.commands.redeploy(call.caller, found->id);
    if (!environment) co_return problem(environment.error());
    const Statuses say{202, 200};
    co_return co_await wished(context, preference(call.request.headers), *environment, say);
}

/// 202 while it goes, 200 when it is gone: asked twice, it is taken down once.
Task<Response> delete_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto environment = co_await context.commands.destroy(call.caller, found->id);
    if (!environment) co_return problem(environment.error());
    const Preference prefers = preference(call.request.headers);
    const auto limit = prefers.wait.value_or(seconds{0});
    const auto gone = co_await wait_for(context, destruction_over(found->id), limit);
    if (!gone) co_return problem(gone.error());
    const auto node = co_await shown(context, found->id);
    if (!node) co_return problem(node.error());
    co_return json(*gone ? 200 : 202, *node);
}

}  // namespace diorama::api
