#include "engine/reconciler.hpp"

#include "engine/ledger.hpp"
#include "engine/retry.hpp"
#include "engine/teardown.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"
#include "store/projects.hpp"

#include <algorithm>

namespace diorama {

namespace {

const Actor resync{.type = Actor::Type::system, .name = "resync"};

/// A wish for the same commit once more, because something of the scene is missing.
Task<Result<>> wish_again(World world, Environment environment)
{
    const auto now = world.scheduler.now();
    const auto id = DeploymentId::make(now, world.random);
    const auto work = [=](Tx& tx) -> Result<> {
        const auto moved = environments::advance(
            tx, environment, {.on = Event::changed, .actor = resync, .now = now, .cause = ""}
        );
        if (!moved) return moved.error();
        Wish again = environment.wanted;
        again.rebuild = false;
        const auto wanted = environments::want(tx, environment.id, again, resync, now);
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
        const auto latest = deployments::latest(tx, environment);
        if (latest) facts.deployment = *latest;
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
    if (seen.state == State::destroyed || seen.state == State::awaiting_approval) co_return ok();
    if (seen.wanted.presence == Presence::gone) co_return co_await tear_down(shop_, seen, stop);

    const bool open = facts->deployment &&
                      facts->deployment->generation == seen.wanted.generation &&
                      !is_final(facts->deployment->status);
    if (!open) co_return co_await look_after(*std::move(facts), stop);
    DeploymentRun run(shop_, seen, facts->project, *facts->deployment, stop);
    co_return co_await run.run();
}

/// Nothing new is wanted: what an attempt left behind goes, what the scene lost comes back.
Task<Result<>> Reconciler::look_after(Facts facts, std::stop_token stop)
{
    World world = shop_.world;
    const EnvironmentId id = facts.environment.id;
    const auto attempt = [&] { return world.driver.observe(id); };
    const auto found = co_await retry(world, stop, attempt);
    if (!found) co_return found.error();
    Ledger ledger(world);
    const auto entries = co_await ledger.of_environment(id);
    if (!entries) co_return entries.error();

    std::vector<Entry> leftovers;
    bool missing = false;
    for (const Entry& entry : *entries) {
        if (entry.type != EntryType::container) continue;
        const bool serves = std::ranges::any_of(facts.serving, [&](const Instance& instance) {
            return instance.container == entry.id;
        });
        const bool there = std::ranges::any_of(*found, [&](const Found& object) {
            return object.type == entry.type && object.name == entry.name;
        });
        if (!serves)
            leftovers.push_back(entry);
        else if (there)
            shop_.followers.follow(entry, std::nullopt, world.scheduler.now());
        missing = missing || (serves && !there);
    }
    const auto removed = co_await ledger.remove_all(std::move(leftovers));
    if (!removed) co_return removed.error();
    const bool standing = facts.environment.state == State::ready;
    if (missing && standing) co_return co_await wish_again(world, facts.environment);
    co_return ok();
}

}  // namespace diorama
