#include "engine/commands.hpp"

#include "engine/checked.hpp"
#include "engine/queue/ending.hpp"
#include "engine/teller.hpp"
#include "store/deployments.hpp"
#include "store/projects.hpp"

namespace diorama {

namespace {

/// For a deployment to end: as long as a host takes to remove what was begun.
constexpr seconds patience{30};

}  // namespace

Task<Result<Environment>> Commands::run(Work work)
{
    const auto wished = co_await world_.store.transact(std::move(work));
    if (wished) bell_.ring(wished->id);
    co_return wished;
}

Moment Commands::now(const Caller& caller)
{
    return moment(world_.scheduler, world_.random, world_.settings, caller.actor);
}

Task<Result<Environment>> Commands::deploy(Caller caller, DeployRequest request)
{
    const auto valid = check(request);
    if (!valid) co_return valid.error();
    const Moment moment = now(caller);
    const auto work = [=, forges = world_.forges, &settings = world_.settings](Tx& tx
                      ) -> Result<Environment> {
        const auto known = projects::find_by_repository(tx, moment.tenant, request.repository);
        const Resource resource{
            .tenant = moment.tenant, .project = known ? std::optional(known->id) : std::nullopt
        };
        if (!allowed(caller.grants, Right::deploy, resource))
            return forbidden(Right::deploy, "putting up an environment");
        const auto listed = wishes::check_listed(settings, request.repository);
        if (!listed) return listed.error();
        const auto project = wishes::project_for(tx, request.repository, request.name, moment);
        if (!project) return project.error();
        return wishes::put_up_cleared(tx, forges, settings, *project, request, moment);
    };
    co_return co_await run(work);
}

Task<Result<Environment>> Commands::redeploy(Caller caller, EnvironmentId environment)
{
    const Moment moment = now(caller);
    const auto work = [=, forges = world_.forges, &settings = world_.settings](Tx& tx
                      ) -> Result<Environment> {
        const auto seen = checked(tx, caller.grants, environment, Right::deploy, "redeploying");
        if (!seen) return seen.error();
        return wishes::redeploy(tx, forges, settings, *seen, moment);
    };
    co_return co_await run(work);
}

Task<Result<Environment>>
Commands::approve(Caller caller, EnvironmentId environment, std::string commit)
{
    const Moment moment = now(caller);
    const auto work = [=](Tx& tx) -> Result<Environment> {
        const auto seen = checked(tx, caller.grants, environment, Right::approve, "approving");
        if (!seen) return seen.error();
        return wishes::approve(tx, *seen, commit, moment);
    };
    co_return co_await run(work);
}

Task<Result<Cancelled>> Commands::cancel(Caller caller, DeploymentId id)
{
    const Instant now = world_.scheduler.now();
    const auto work = [=](Tx& tx) -> Result<Deployment> {
        const auto deployment = deployments::find(tx, id);
        if (!deployment) return deployment.error();
        const auto seen =
            checked(tx, caller.grants, deployment->environment, Right::deploy, "cancelling");
        if (!seen) return seen.error();
        const auto ended = diorama::cancel(tx, id, caller.actor, now);
        if (!ended) return ended.error();
        return deployments::find(tx, id);
    };
    const auto cancelled = co_await world_.store.transact(work);
    if (!cancelled) co_return cancelled.error();
    const Teller teller(world_, cancelled->environment, id);
    teller.deploy(cancelled->cause);
    const bool ended = co_await bell_.end(world_.scheduler, cancelled->environment, patience);
    co_return Cancelled{*cancelled, ended};
}

Task<Result<Environment>> Commands::destroy(Caller caller, EnvironmentId environment)
{
    const Moment moment = now(caller);
    const auto work = [=](Tx& tx) -> Result<Environment> {
        const auto seen = checked(tx, caller.grants, environment, Right::deploy, "taking down");
        if (!seen) return seen.error();
        return wishes::take_down(tx, *seen, moment);
    };
    co_return co_await run(work);
}

}  // namespace diorama
