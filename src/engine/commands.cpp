#include "engine/commands.hpp"

#include "store/environments.hpp"
#include "store/projects.hpp"
#include "store/pull_requests.hpp"

namespace diorama {

namespace {

Error forbidden(Right right, std::string_view what)
{
    return {
        Code::forbidden,
        fmt::format("{} needs the right to {}", what, name(right)),
        "Use a token with that scope, or ask somebody who has it."
    };
}

Error held(const Environment& environment, const std::string& commit)
{
    return {
        Code::conflict,
        fmt::format(
            "{} is somebody's commit who may not write to the repository, and waits for an "
            "approval",
            commit.substr(0, 7)
        ),
        fmt::format(
            "Look at it, then: diorama approve {} {}", environment.slug, commit.substr(0, 7)
        )
    };
}

/// What the forge knows of the pull request of an environment; none where no forge is asked.
std::optional<pull_requests::Record>
known_facts(Tx& tx, const Project& project, std::optional<std::int64_t> number)
{
    if (project.forge.empty() || !number) return std::nullopt;
    const auto record = pull_requests::find(tx, project.id, *number);
    if (!record || !record->read_at) return std::nullopt;
    return *record;
}

bool may_run(const pull_requests::Record& record, const std::string& commit)
{
    if (record.verdict != pull_requests::Verdict::held) return true;
    return record.approval && record.approval->commit == commit;
}

/// The environment, if the caller has `right` to it.
Result<Environment>
checked(Tx& tx, const Grants& grants, EnvironmentId id, Right right, std::string_view doing)
{
    auto seen = environments::find(tx, id);
    if (!seen) return seen.error();
    if (!allowed(grants, right, {seen->tenant, seen->identity.project}))
        return forbidden(right, fmt::format("{} {}", doing, seen->slug));
    return seen;
}

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
    const auto work = [=, &settings = world_.settings](Tx& tx) -> Result<Environment> {
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
        return wishes::put_up(tx, *project, request, moment);
    };
    co_return co_await run(work);
}

Task<Result<Environment>> Commands::redeploy(Caller caller, EnvironmentId environment)
{
    const Moment moment = now(caller);
    const auto work = [=, &settings = world_.settings](Tx& tx) -> Result<Environment> {
        const auto seen = checked(tx, caller.grants, environment, Right::deploy, "redeploying");
        if (!seen) return seen.error();
        const auto project = projects::find(tx, seen->identity.project);
        if (!project) return project.error();
        const auto listed = wishes::check_listed(settings, project->repository);
        if (!listed) return listed.error();
        Wish change = seen->wanted;
        change.presence = Presence::awake;
        change.rebuild = true;
        // Which commit of a pull request may run is decided from the forge's facts, not by its ref.
        if (const auto facts = known_facts(tx, *project, seen->pull_request)) {
            if (seen->state == State::awaiting_approval && !may_run(*facts, change.commit))
                return held(*seen, change.commit);
        } else if (!change.ref.empty()) {
            change.commit.clear();
        }
        return wishes::renew(tx, *seen, change, moment);
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
