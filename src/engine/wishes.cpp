#include "engine/wishes.hpp"

#include "base/unicode.hpp"
#include "engine/allowed_repositories.hpp"
#include "engine/cleanup/ended.hpp"
#include "engine/clearance.hpp"
#include "model/naming.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/jobs.hpp"
#include "store/ports.hpp"
#include "store/projects.hpp"
#include "store/pull_requests.hpp"

#include <charconv>

namespace diorama {

namespace {

constexpr std::size_t shortest_commit = 7;
constexpr std::size_t longest_key = 255;  // Of a branch, since it is a file's name in git.

std::string ref_of(const DeployRequest& request)
{
    switch (request.kind) {
        case Kind::pull_request: return fmt::format("refs/pull/{}/head", request.key);
        case Kind::branch: return "refs/heads/" + request.key;
        case Kind::commit: return "";
        // Without a ref it follows the default branch, so that a redeploy finds what that is then.
        case Kind::named:
            return request.ref.empty() && request.commit.empty() ? "HEAD" : request.ref;
    }
    std::abort();
}

Wish wish_of(const DeployRequest& request)
{
    return {
        .ref = ref_of(request),
        .commit = request.kind == Kind::commit ? request.key : request.commit,
        .rebuild = request.rebuild,
        .untrusted = request.untrusted
    };
}

/// Which move a new wish is, from where the environment stands; none while it is on its way up.
std::optional<Event> move_for(State state)
{
    switch (state) {
        case State::ready:
        case State::asleep:
        case State::failed: return Event::changed;
        case State::awaiting_approval: return Event::approved;
        case State::destroyed: return Event::reopened;
        default: return std::nullopt;
    }
}

/// What is new, or newly pushed, goes before what was put up already and is so once more (K10).
jobs::Priority priority_for(Tx& tx, const Environment& seen, const Wish& change)
{
    if (seen.wanted.generation == 0 || is_going(seen.state)) return jobs::Priority::high;
    if (change.rebuild) return jobs::Priority::normal;
    const auto latest = deployments::latest(tx, seen.id);
    const bool known = latest && latest->commit == change.commit;
    return known ? jobs::Priority::normal : jobs::Priority::high;
}

/// A rebuild was asked for and is still under way: whoever replaces it owes it.
bool owes_rebuild(Tx& tx, const Environment& environment)
{
    if (!environment.wanted.rebuild) return false;
    const auto latest = deployments::latest(tx, environment.id);
    return latest && latest->generation == environment.wanted.generation &&
           !is_final(latest->status);
}

Error being_taken_down(const Environment& environment)
{
    return {
        Code::conflict,
        fmt::format("{} is being taken down", environment.slug),
        "Ask again when it is gone: diorama ls shows it."
    };
}

Result<Environment>
environment_for(Tx& tx, const Project& project, const DeployRequest& request, const Moment& moment)
{
    const Identity identity{.project = project.id, .kind = request.kind, .key = request.key};
    auto known = environments::find(tx, moment.tenant, identity);
    if (known || known.error().code != Code::not_found) return known;
    const auto taken = [&](std::string_view slug) {
        return environments::find_by_slug(tx, slug).has_value();
    };
    const Environment environment{
        .id = moment.environment,
        .tenant = moment.tenant,
        .identity = identity,
        .pull_request = pull_request_of(request),
        .owner = moment.actor.user,
        .slug = unique_label(
            environment_slug(project.slug, request.kind, request.key),
            moment.environment.text(),
            taken
        ),
        .presence_since = moment.now,
        .created_at = moment.now,
        .updated_at = moment.now,
        .wanted_at = moment.now,
        .standing_since = moment.now
    };
    const auto inserted = environments::insert(tx, environment);
    if (!inserted) return inserted.error();
    return environments::find(tx, moment.environment);
}

Result<pull_requests::Record> record_of(Tx& tx, const Environment& environment)
{
    if (environment.pull_request) {
        auto record =
            pull_requests::find(tx, environment.identity.project, *environment.pull_request);
        if (record && record->read_at) return record;
    }
    return Error{
        Code::invalid,
        fmt::format("{} is not a pull request that a forge told of", environment.slug),
        "Only those wait for approvals."
    };
}

Error not_the_newest(const pull_requests::Record& record, const std::string& commit)
{
    return {
        Code::conflict,
        fmt::format(
            "'{}' is not the newest commit of pull request {}: that is {}",
            display(commit, 40),
            record.facts.number,
            record.facts.head_commit.substr(0, 12)
        ),
        fmt::format("Look at the newest one, then name it by at least {} digits.", shortest_commit)
    };
}

Result<Environment> move(Tx& tx, const Environment& seen, Event on, const Moment& moment)
{
    return environments::advance(
        tx, seen, {.on = on, .actor = moment.actor, .now = moment.now, .cause = ""}
    );
}

}  // namespace

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

std::optional<std::int64_t> pull_request_of(const DeployRequest& request)
{
    if (request.kind != Kind::pull_request) return std::nullopt;
    std::int64_t number = 0;
    std::from_chars(request.key.data(), request.key.data() + request.key.size(), number);
    return number;
}

Moment moment(Scheduler& scheduler, Random& random, const EngineSettings& settings, Actor actor)
{
    const Instant now = scheduler.now();
    return {
        .now = now,
        .actor = std::move(actor),
        .tenant = settings.tenant,
        .project = ProjectId::make(now, random),
        .environment = EnvironmentId::make(now, random),
        .deployment = DeploymentId::make(now, random),
        .ports = settings.ports
    };
}

namespace wishes {

Result<> check_listed(const EngineSettings& settings, const std::string& repository)
{
    if (repository_allowed(settings.repositories, repository)) return ok();
    return Error{
        Code::refused,
        fmt::format("{} is not among the repositories of this installation", repository),
        "Add it to repositories.allowed in diorama.toml, or ask who runs this installation."
    };
}

Result<Project>
project_for(Tx& tx, const std::string& repository, const std::string& name, const Moment& moment)
{
    auto known = projects::find_by_repository(tx, moment.tenant, repository);
    if (known || known.error().code != Code::not_found) return known;
    const auto taken = [&](std::string_view slug) {
        return projects::find_by_slug(tx, slug).has_value();
    };
    const Project project{
        .id = moment.project,
        .tenant = moment.tenant,
        .slug = unique_label(project_slug(name), repository, taken, 40),
        .repository = repository,
        .name = name,
        .created_at = moment.now
    };
    const auto inserted = projects::insert(tx, project);
    if (!inserted) return inserted.error();
    return project;
}

Result<Environment>
put_up(Tx& tx, const Project& project, const DeployRequest& request, const Moment& moment)
{
    const auto environment = environment_for(tx, project, request, moment);
    if (!environment) return environment.error();
    return renew(tx, *environment, wish_of(request), moment);
}

Result<Environment>
hold(Tx& tx, const Project& project, const DeployRequest& request, const Moment& moment)
{
    const auto environment = environment_for(tx, project, request, moment);
    if (!environment) return environment.error();
    Environment current = *environment;
    if (current.state == State::destroying) return being_taken_down(current);
    if (current.state == State::destroyed) {
        const auto again = move(tx, current, Event::reopened, moment);
        if (!again) return again.error();
        current = *again;
    }
    const bool fresh = current.state == State::pending && current.wanted.generation == 0;
    if (fresh || environment->state == State::destroyed) {
        const auto held = move(tx, current, Event::held, moment);
        if (!held) return held.error();
        current = *held;
    }
    if (current.state != State::awaiting_approval) return current;
    const Wish change = wish_of(request);
    if (current.wanted.commit == change.commit && current.wanted.presence == change.presence)
        return current;
    return environments::want(tx, current.id, change, moment.actor, moment.now);
}

Result<Environment>
approve(Tx& tx, const Environment& seen, const std::string& commit, const Moment& moment)
{
    const auto record = record_of(tx, seen);
    if (!record) return record.error();
    const std::string& newest = record->facts.head_commit;
    if (commit.size() < shortest_commit || !newest.starts_with(commit))
        return not_the_newest(*record, commit);
    if (record->verdict == pull_requests::Verdict::unwanted) return unwanted(*record);
    const auto approved = pull_requests::approve(
        tx,
        seen.identity.project,
        record->facts.number,
        {.commit = newest, .by = moment.actor.name, .at = moment.now}
    );
    if (!approved) return approved.error();
    const bool stands = seen.state != State::awaiting_approval && !is_going(seen.state);
    const bool runs = stands && seen.wanted.commit == newest;
    if (runs) return seen;
    const auto project = projects::find(tx, seen.identity.project);
    if (!project) return project.error();
    const auto cleared = clearance(tx, *project, record->facts.number, newest);
    if (!cleared) return cleared.error();
    Wish change = seen.wanted;
    change.commit = newest;
    change.presence = Presence::awake;
    change.untrusted = cleared->untrusted;
    return renew(tx, seen, change, moment);
}

Result<Environment> renew(Tx& tx, const Environment& seen, const Wish& change, const Moment& moment)
{
    if (seen.state == State::destroying) return being_taken_down(seen);
    if (const auto event = move_for(seen.state)) {
        const auto moved = move(tx, seen, *event, moment);
        if (!moved) return moved.error();
    }
    const jobs::Priority priority = priority_for(tx, seen, change);
    Wish next = change;
    next.rebuild = change.rebuild || owes_rebuild(tx, seen);
    const auto wanted = environments::want(tx, seen.id, next, moment.actor, moment.now);
    if (!wanted) return wanted.error();
    deployments::supersede(tx, seen.id, wanted->wanted.generation, moment.now);
    const auto queued = deployments::insert(
        tx,
        {.id = moment.deployment,
         .environment = seen.id,
         .generation = wanted->wanted.generation,
         .commit = wanted->wanted.commit,
         .created_at = moment.now}
    );
    if (!queued) return queued.error();
    // Without any it is put up all the same, and says so: no router of today reaches it by them.
    if (moment.ports) static_cast<void>(ports::take(tx, *wanted, *moment.ports, moment.now));
    jobs::enqueue(tx, seen.id, priority, moment.now);
    return wanted;
}

Result<Environment> take_down(Tx& tx, const Environment& seen, const Moment& moment)
{
    if (is_going(seen.state)) return seen;
    const auto moved = environments::advance(
        tx,
        seen,
        {.on = Event::closed,
         .actor = moment.actor,
         .now = moment.now,
         .data = note_of_end(tx, seen)}
    );
    if (!moved) return moved.error();
    Wish gone = seen.wanted;
    gone.presence = Presence::gone;
    const auto wanted = environments::want(tx, seen.id, gone, moment.actor, moment.now);
    if (!wanted) return wanted.error();
    deployments::supersede(tx, seen.id, wanted->wanted.generation, moment.now);
    const bool cleanup = moment.actor.type == Actor::Type::timer;
    const auto priority = cleanup ? jobs::Priority::low : jobs::Priority::normal;
    jobs::enqueue(tx, seen.id, priority, moment.now);
    return wanted;
}

}  // namespace wishes

}  // namespace diorama
