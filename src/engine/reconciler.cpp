#include "engine/reconciler.hpp"

#include "engine/deployment_run.hpp"
#include "engine/ledger.hpp"
#include "engine/leftovers.hpp"
#include "engine/retry.hpp"
#include "engine/sleep/rung.hpp"
#include "engine/teardown.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"
#include "store/projects.hpp"
#include "store/pull_requests.hpp"

#include <algorithm>

namespace diorama {

namespace {

const Actor resync{.type = Actor::Type::system, .name = "resync"};

/// How long what serves is left incomplete after it could not be made whole.
constexpr minutes patience{10};

/// Attempts that are looked at: after so many the pause is as long as it gets.
constexpr std::size_t recent = 8;

/// A wish for what serves once more, because something of the scene is missing. After a failed
/// update that is the version before it.
Wish whole_again(const Environment& environment)
{
    Wish wish = environment.wanted;
    wish.rebuild = false;
    wish.presence = Presence::awake;
    if (environment.serving != environment.wanted.generation)
        wish.commit = environment.serving_commit;
    return wish;
}

/// Attempts at the newest wish that failed in a row, by what may pass. `last`: newest first.
std::size_t failures(const std::vector<Deployment>& last, const Environment& environment)
{
    std::size_t count = 0;
    for (const Deployment& each : last) {
        const bool same = each.generation == environment.wanted.generation ||
                          each.commit == environment.wanted.commit;
        if (!same || each.status != DeploymentStatus::failed || !is_retryable(each.code)) break;
        ++count;
    }
    return count;
}

/// The newest commit is not given up: its forge is asked about it again.
void look_later(Tx& tx, const Environment& environment, Instant due)
{
    const auto project = projects::find(tx, environment.identity.project);
    if (project && !project->forge.empty())
        pull_requests::ask(tx, project->id, *environment.pull_request, due);
}

/// `wish` may be for an older commit than the newest: a forge then has somebody look again, later.
Task<Result<>> wish_again(World world, Environment environment, Wish wish)
{
    const auto now = world.scheduler.now();
    const auto id = DeploymentId::make(now, world.random);
    const auto work = [=](Tx& tx) -> Result<> {
        const auto moved = environments::advance(
            tx, environment, {.on = Event::changed, .actor = resync, .now = now, .cause = ""}
        );
        if (!moved) return moved.error();
        const auto wanted = environments::want(tx, environment.id, wish, resync, now);
        if (!wanted) return wanted.error();
        const auto queued = deployments::insert(
            tx,
            {.id = id,
             .environment = environment.id,
             .generation = wanted->wanted.generation,
             .commit = wanted->wanted.commit,
             .created_at = now}
        );
        if (!queued) return queued.error();
        jobs::enqueue(tx, environment.id, jobs::Priority::normal, now);
        if (environment.pull_request && wish.commit != environment.wanted.commit)
            look_later(tx, environment, now + patience);
        return ok();
    };
    co_return co_await world.store.transact(work);
}

/// When `commit` may be made whole again; in the past or now when nothing speaks against it.
Instant when_whole(const std::optional<Deployment>& last, const std::string& commit, Instant now)
{
    const bool failed = last && last->status == DeploymentStatus::failed && last->commit == commit;
    return failed ? last->completed_at.value_or(now) + patience : now;
}

/// In the queue, so that whoever asks is told when it is.
Task<Result<>> look_at(World world, EnvironmentId environment, Instant due)
{
    const auto work = [=](Tx& tx) -> Result<> {
        jobs::enqueue(tx, environment, jobs::Priority::low, due);
        return ok();
    };
    co_return co_await world.store.transact(work);
}

}  // namespace

Task<Result<Reconciler::Facts>> Reconciler::read(EnvironmentId environment)
{
    const auto work = [=](Tx& tx) -> Result<Facts> {
        Facts facts;
        const auto found = environments::find(tx, environment);
        if (!found) return found.error();
        facts.environment = *found;
        const auto project = projects::find(tx, found->identity.project);
        if (!project) return project.error();
        facts.project = *project;
        const auto last = deployments::list(tx, environment, "", recent);
        if (!last) return last.error();
        if (!last->items.empty()) facts.deployment = last->items.front();
        facts.failures = failures(last->items, *found);
        facts.serving = instances::list(tx, environment);
        return facts;
    };
    co_return co_await shop_.world.store.read(work);
}

Task<Result<>> Reconciler::converge(EnvironmentId environment, std::stop_token stop)
{
    auto facts = co_await read(environment);
    if (!facts) co_return facts.error();
    const Environment& seen = facts->environment;
    if (seen.state == State::destroyed) co_return co_await sweep(seen.id, stop);
    if (seen.state == State::awaiting_approval) co_return ok();
    if (seen.wanted.presence == Presence::gone)
        co_return co_await tear_down(shop_, facts->project, seen, stop);

    const bool open = facts->deployment &&
                      facts->deployment->generation == seen.wanted.generation &&
                      !is_final(facts->deployment->status);
    if (open) {
        DeploymentRun run(shop_, seen, facts->project, *facts->deployment, stop);
        co_return co_await run.run();
    }
    if (is_on_its_rung(seen)) co_return co_await look_after(*std::move(facts), stop);
    if (shall_wake(seen)) co_return co_await wake(*std::move(facts), stop);
    co_return co_await rest(*std::move(facts), stop);
}

/// Before everything else that may be to do: somebody waits at its door.
Task<Result<>> Reconciler::wake(Facts facts, std::stop_token stop)
{
    const auto awake = co_await wake_up(shop_, facts.environment, stop);
    if (!awake) co_return awake.error();
    if (!*awake) co_return co_await make_whole(std::move(facts));
    auto now = co_await read(facts.environment.id);
    if (!now) co_return now.error();
    co_return co_await look_after(*std::move(now), stop);
}

Task<Result<>> Reconciler::rest(Facts facts, std::stop_token stop)
{
    const auto down = co_await lie_down(shop_, facts.environment.id, stop);
    if (!down) co_return down.error();
    auto now = co_await read(facts.environment.id);
    if (!now) co_return now.error();
    co_return co_await look_after(*std::move(now), stop);
}

Task<Result<std::vector<Found>>> Reconciler::observe(EnvironmentId id, std::stop_token stop)
{
    const auto attempt = [&] { return shop_.world.driver.observe(id); };
    co_return co_await retry(shop_.world, stop, attempt);
}

/// It is gone, and so is what a crash at the last moment left of it.
Task<Result<>> Reconciler::sweep(EnvironmentId id, std::stop_token stop)
{
    const auto found = co_await observe(id, stop);
    if (!found) co_return found.error();
    co_return co_await remove_strays(shop_.world, strays({}, *found));
}

/// Nothing new is wanted: what an attempt left behind goes, what the scene lost comes back.
Task<Result<>> Reconciler::look_after(Facts facts, std::stop_token stop)
{
    auto found = co_await observe(facts.environment.id, stop);
    if (!found) co_return found.error();
    Ledger ledger(shop_.world);
    auto entries = co_await ledger.of_environment(facts.environment.id);
    if (!entries) co_return entries.error();
    auto left = strays(*entries, *found);
    // A volume may hold work: the next deployment takes it up, or the end of the environment.
    std::erase_if(left, [](const Stray& stray) { return stray.type != EntryType::container; });
    const auto removed = co_await remove_strays(shop_.world, std::move(left));
    if (!removed) co_return removed.error();

    const Environment& seen = facts.environment;
    const Remains remains{facts.serving, *std::move(entries), *std::move(found)};
    if (stop.stop_requested()) co_return Error{Code::cancelled, "something else is wanted by now"};
    Result<> kept = ok();
    if (seen.state == State::asleep) kept = co_await hold_still(shop_, seen, remains);
    if (seen.state == State::ready) kept = co_await thaw_frozen(shop_, remains);
    if (!kept) co_return kept.error();
    const auto cleared = co_await clear_up(facts, remains.entries, stop);
    if (!cleared) co_return cleared.error();
    if (seen.state == State::ready && is_incomplete(remains))
        co_return co_await make_whole(std::move(facts));
    if (facts.failures > 0) co_return co_await try_again(std::move(facts));
    co_return ok();
}

Task<Result<>> Reconciler::make_whole(Facts facts)
{
    const auto now = shop_.world.scheduler.now();
    const Wish wish = whole_again(facts.environment);
    const Instant due = when_whole(facts.deployment, wish.commit, now);
    if (due > now) co_return co_await look_at(shop_.world, facts.environment.id, due);
    co_return co_await wish_again(shop_.world, facts.environment, wish);
}

/// The newest wish failed by what may have passed meanwhile.
Task<Result<>> Reconciler::try_again(Facts facts)
{
    const auto now = shop_.world.scheduler.now();
    const Instant due =
        facts.deployment->completed_at.value_or(now) + next_attempt_after(facts.failures);
    if (due > now) co_return co_await look_at(shop_.world, facts.environment.id, due);
    Wish wish = facts.environment.wanted;
    wish.presence = Presence::awake;
    co_return co_await wish_again(shop_.world, facts.environment, wish);
}

/// Containers that serve nothing, when their last visitor has left, and whatever is owed.
Task<Result<>> Reconciler::clear_up(Facts facts, std::vector<Entry> entries, std::stop_token stop)
{
    std::vector<Entry> leftovers;
    std::vector<Entry> owed;
    for (const Entry& entry : entries) {
        if (entry.type == EntryType::container && !serves(facts.serving, entry))
            leftovers.push_back(entry);
        else if (entry.type != EntryType::container && entry.status != EntryStatus::made)
            owed.push_back(entry);
    }
    if (leftovers.empty() && owed.empty()) co_return ok();
    const auto settled = co_await shop_.publisher.settled(stop);
    if (!settled) co_return settled.error();
    const auto cleared = co_await clear(shop_, std::move(leftovers), stop);
    if (!cleared) co_return cleared.error();
    Ledger ledger(shop_.world);
    co_return co_await ledger.remove_all(std::move(owed));
}

bool Reconciler::is_incomplete(const Remains& remains)
{
    return std::ranges::any_of(remains.serving, [&](const Instance& instance) {
        const auto entry = std::ranges::find(remains.entries, instance.container, &Entry::id);
        if (entry == remains.entries.end()) return true;
        return is_lost(instance, object_of(*entry, remains.found));
    });
}

}  // namespace diorama
