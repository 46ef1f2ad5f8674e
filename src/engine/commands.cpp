#include "engine/commands.hpp"

#include "base/unicode.hpp"
#include "engine/allowed_repositories.hpp"
#include "model/naming.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/jobs.hpp"
#include "store/projects.hpp"

#include <charconv>

namespace diorama {

namespace {

constexpr std::size_t longest_key = 255;  // Of a branch, since it is a file's name in git.

/// What a command's transaction knows; it runs beside the loop, so these are values.
struct Moment {
    Instant now;
    Actor actor;
    Grants grants;
    TenantId tenant;
};

Error forbidden(Right right, std::string_view what)
{
    return {
        Code::forbidden,
        fmt::format("{} needs the right to {}", what, name(right)),
        "Use a token with that scope, or ask somebody who has it."
    };
}

/// Only listed repositories are deployed, whoever asks (B09); what stands may still be taken down.
Result<> check_listed(const EngineSettings& settings, const std::string& repository)
{
    if (repository_allowed(settings.repositories, repository)) return ok();
    return Error{
        Code::refused,
        fmt::format("{} is not among the repositories of this installation", repository),
        "Add it to repositories.allowed in diorama.toml, or ask who runs this installation."
    };
}

std::string ref_of(const DeployRequest& request)
{
    switch (request.kind) {
        case Kind::pull_request: return fmt::format("refs/pull/{}/head", request.key);
        case Kind::branch: return "refs/heads/" + request.key;
        case Kind::commit: return "";
        case Kind::named: return request.ref;
    }
    std::abort();
}

Wish wish_of(const DeployRequest& request)
{
    return {
        .ref = ref_of(request),
        .commit = request.kind == Kind::commit ? request.key : request.commit,
        .rebuild = request.rebuild
    };
}

std::optional<std::int64_t> pull_request_of(const DeployRequest& request)
{
    if (request.kind != Kind::pull_request) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(request.key.data(), request.key.data() + request.key.size(), number);
    return number;
}

Result<> check(const DeployRequest& request)
{
    const bool digits = !request.key.empty() && request.key.size() < 10 &&
                        request.key.find_first_not_of("0123456789") == std::string::npos;
    if (request.kind == Kind::pull_request && (!digits || request.key.front() == '0'))
        return Error{
            Code::invalid, fmt::format("'{}' is not the number of a pull request", request.key)
        };
    if (request.key.empty())
        return Error{Code::invalid, "the environment has no branch, commit or name"};
    // Branches follow git's own rules; a chosen name is chosen to be read.
    const bool seen = request.kind != Kind::named || display(request.key) == request.key;
    if (request.key.size() > longest_key || !seen)
        return Error{
            Code::invalid,
            fmt::format("'{}' cannot be the name of an environment", display(request.key, 60)),
            fmt::format("Use at most {} characters that can be seen.", longest_key)
        };
    return ok();
}

Result<Project>
project_for(Tx& tx, const DeployRequest& request, const Moment& moment, ProjectId fresh)
{
    auto known = projects::find_by_repository(tx, moment.tenant, request.repository);
    if (known || known.error().code != Code::not_found) return known;
    const auto taken = [&](std::string_view slug) {
        return projects::find_by_slug(tx, slug).has_value();
    };
    const Project project{
        .id = fresh,
        .tenant = moment.tenant,
        .slug = unique_label(project_slug(request.name), request.repository, taken, 40),
        .repository = request.repository,
        .name = request.name,
        .created_at = moment.now
    };
    const auto inserted = projects::insert(tx, project);
    if (!inserted) return inserted.error();
    return project;
}

Result<Environment> environment_for(
    Tx& tx,
    const DeployRequest& request,
    const Project& project,
    const Moment& moment,
    EnvironmentId fresh
)
{
    const Identity identity{.project = project.id, .kind = request.kind, .key = request.key};
    auto known = environments::find(tx, moment.tenant, identity);
    if (known || known.error().code != Code::not_found) return known;
    const auto taken = [&](std::string_view slug) {
        return environments::find_by_slug(tx, slug).has_value();
    };
    const Environment environment{
        .id = fresh,
        .tenant = moment.tenant,
        .identity = identity,
        .pull_request = pull_request_of(request),
        .owner = moment.actor.user,
        .slug = unique_label(
            environment_slug(project.slug, request.kind, request.key), fresh.text(), taken
        ),
        .created_at = moment.now,
        .updated_at = moment.now
    };
    const auto inserted = environments::insert(tx, environment);
    if (!inserted) return inserted.error();
    return environments::find(tx, fresh);
}

/// Which move a new wish is, from where the environment stands; none while it is on its way up.
std::optional<Event> move_for(State state)
{
    switch (state) {
        case State::ready:
        case State::asleep:
        case State::failed: return Event::changed;
        case State::destroyed: return Event::reopened;
        default: return std::nullopt;
    }
}

jobs::Priority priority_for(const Environment& environment)
{
    return environment.wanted.generation < 2 ? jobs::Priority::high : jobs::Priority::normal;
}

/// Writes the wish and everything that follows from it at once (DESIGN rule 1).
Result<Environment>
wish(Tx& tx, const Environment& seen, const Wish& change, const Moment& moment, DeploymentId fresh)
{
    if (seen.state == State::destroying)
        return Error{
            Code::conflict,
            fmt::format("{} is being taken down", seen.slug),
            "Ask again when it is gone: diorama ls shows it."
        };
    Environment current = seen;
    if (const auto event = move_for(seen.state)) {
        const auto moved = environments::advance(
            tx, seen, {.on = *event, .actor = moment.actor, .now = moment.now, .cause = ""}
        );
        if (!moved) return moved.error();
    }
    const auto wanted = environments::want(tx, seen.id, change, moment.actor, moment.now);
    if (!wanted) return wanted.error();
    deployments::supersede(tx, seen.id, wanted->wanted.generation, moment.now);
    const auto queued = deployments::insert(
        tx,
        {.id = fresh,
         .environment = seen.id,
         .generation = wanted->wanted.generation,
         .commit = wanted->wanted.commit,
         .created_at = moment.now}
    );
    if (!queued) return queued.error();
    jobs::enqueue(tx, seen.id, priority_for(*wanted), moment.now);
    return wanted;
}

}  // namespace

Task<Result<Environment>> Commands::deploy(Caller caller, DeployRequest request)
{
    const auto valid = check(request);
    if (!valid) co_return valid.error();
    const Moment moment{
        world_.scheduler.now(), caller.actor, caller.grants, world_.settings.tenant
    };
    const auto project_id = ProjectId::make(moment.now, world_.random);
    const auto environment_id = EnvironmentId::make(moment.now, world_.random);
    const auto deployment_id = DeploymentId::make(moment.now, world_.random);

    const auto work = [=, &settings = world_.settings](Tx& tx) -> Result<Environment> {
        const auto known = projects::find_by_repository(tx, moment.tenant, request.repository);
        const Resource resource{
            .tenant = moment.tenant, .project = known ? std::optional(known->id) : std::nullopt
        };
        if (!allowed(moment.grants, Right::deploy, resource))
            return forbidden(Right::deploy, "putting up an environment");
        const auto listed = check_listed(settings, request.repository);
        if (!listed) return listed.error();
        const auto project = project_for(tx, request, moment, project_id);
        if (!project) return project.error();
        const auto environment = environment_for(tx, request, *project, moment, environment_id);
        if (!environment) return environment.error();
        return wish(tx, *environment, wish_of(request), moment, deployment_id);
    };
    const auto wished = co_await world_.store.transact(work);
    if (wished) bell_.ring(wished->id);
    co_return wished;
}

Task<Result<Environment>> Commands::redeploy(Caller caller, EnvironmentId environment)
{
    const Moment moment{
        world_.scheduler.now(), caller.actor, caller.grants, world_.settings.tenant
    };
    const auto deployment_id = DeploymentId::make(moment.now, world_.random);
    const auto work = [=, &settings = world_.settings](Tx& tx) -> Result<Environment> {
        const auto seen = environments::find(tx, environment);
        if (!seen) return seen.error();
        if (!allowed(moment.grants, Right::deploy, {seen->tenant, seen->identity.project}))
            return forbidden(Right::deploy, "redeploying " + seen->slug);
        const auto project = projects::find(tx, seen->identity.project);
        if (!project) return project.error();
        const auto listed = check_listed(settings, project->repository);
        if (!listed) return listed.error();
        Wish change = seen->wanted;
        change.presence = Presence::awake;
        change.rebuild = true;
        if (!change.ref.empty()) change.commit.clear();
        return wish(tx, *seen, change, moment, deployment_id);
    };
    const auto wished = co_await world_.store.transact(work);
    if (wished) bell_.ring(wished->id);
    co_return wished;
}

Task<Result<Environment>> Commands::destroy(Caller caller, EnvironmentId environment)
{
    const Moment moment{
        world_.scheduler.now(), caller.actor, caller.grants, world_.settings.tenant
    };
    const auto work = [=](Tx& tx) -> Result<Environment> {
        const auto seen = environments::find(tx, environment);
        if (!seen) return seen.error();
        if (!allowed(moment.grants, Right::deploy, {seen->tenant, seen->identity.project}))
            return forbidden(Right::deploy, "taking down " + seen->slug);
        if (seen->state == State::destroying || seen->state == State::destroyed) return *seen;
        const auto moved = environments::advance(
            tx, *seen, {.on = Event::closed, .actor = moment.actor, .now = moment.now, .cause = ""}
        );
        if (!moved) return moved.error();
        Wish gone = seen->wanted;
        gone.presence = Presence::gone;
        const auto wanted = environments::want(tx, environment, gone, moment.actor, moment.now);
        if (!wanted) return wanted.error();
        deployments::supersede(tx, environment, wanted->wanted.generation, moment.now);
        jobs::enqueue(tx, environment, jobs::Priority::normal, moment.now);
        return wanted;
    };
    const auto wished = co_await world_.store.transact(work);
    if (wished) bell_.ring(wished->id);
    co_return wished;
}

}  // namespace diorama
