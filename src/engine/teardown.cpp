#include "engine/teardown.hpp"

#include "engine/ledger.hpp"
#include "engine/let_go.hpp"
#include "engine/teller.hpp"
#include "model/labels.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/hosts.hpp"
#include "store/image_uses.hpp"
#include "store/instances.hpp"
#include "store/ports.hpp"

#include <algorithm>

namespace diorama {

namespace {

Task<Result<>> close_routes(Workshop& shop, EnvironmentId id, std::stop_token stop)
{
    const auto work = [=](Tx& tx) -> Result<> {
        instances::replace(tx, id, {});
        hosts::release(tx, id);
        return ok();
    };
    const auto released = co_await shop.world.store.transact(work);
    if (!released) co_return released.error();
    // Nobody is waited for: who asked for the end wants it now, not when the last tab is closed.
    co_return co_await shop.publisher.publish(stop);
}

Task<Result<>> remove_objects(World world, EnvironmentId id)
{
    Ledger ledger(world);
    const auto entries = co_await ledger.of_environment(id);
    if (!entries) co_return entries.error();
    co_return co_await ledger.remove_all(*entries);
}

Task<Result<>> declare_gone(World world, Environment environment)
{
    const auto now = world.scheduler.now();
    const auto work = [=](Tx& tx) -> Result<> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        image_uses::release_all(tx, environment.id);
        ports::release(tx, environment.id);
        deployments::supersede(tx, environment.id, seen->wanted.generation, now);
        const auto moved = environments::advance(
            tx,
            *seen,
            {.on = Event::erased,
             .actor = worker_actor,
             .now = now,
             .cause = "",
             .serving = Generation{0},
             .serving_commit = ""}
        );
        if (!moved) return moved.error();
        return ok();
    };
    co_return co_await world.store.transact(work);
}

}  // namespace

Task<Result<>>
tear_down(Workshop& shop, Project project, Environment environment, std::stop_token stop)
{
    const Teller teller(shop.world, environment.id, std::nullopt);
    teller.deploy("taking it down");
    const auto closed = co_await close_routes(shop, environment.id, stop);
    if (!closed) co_return closed.error();
    const auto removed = co_await remove_objects(shop.world, environment.id);
    if (!removed) co_return removed.error().during("take it down");
    const auto gone = co_await declare_gone(shop.world, environment);
    if (!gone) co_return gone.error();
    teller.deploy("gone");
    const auto tidied = co_await let_go(shop.world, project, stop);
    if (!tidied) teller.deploy("its commits are not let go of yet: " + tidied.error().text());
    co_return co_await remove_unused_images(shop.world);
}

Task<Result<>> remove_strays(World world, std::vector<Stray> strays)
{
    // A network or a volume goes when no container uses it any more.
    std::ranges::partition(strays, [](const Stray& stray) {
        return stray.type == EntryType::container;
    });
    for (const Stray& stray : strays) {
        const Entry entry{
            .environment = stray.environment,
            .target = world.settings.target,
            .type = stray.type,
            .name = stray.name,
            .external_id = stray.external_id
        };
        const auto removed = co_await world.driver.remove(entry, {});
        if (!removed) co_return removed.error();
    }
    co_return ok();
}

namespace {

bool may_build(const Environment& environment)
{
    return environment.state == State::pending || environment.state == State::provisioning ||
           environment.state == State::updating;
}

/// Images of ours without a row: a crash came between building one and recording its use, or the
/// Engine ended a build after we were gone. They are listed as unused. While anything may be
/// building, nobody knows which image is about to get its row.
Task<Result<>> adopt_stray_images(World world)
{
    auto made = co_await world.builder.made(our_images(world.settings));
    if (!made) co_return made.error();
    const auto work = [made = *std::move(made),
                       target = world.settings.target,
                       now = world.scheduler.now()](Tx& tx) -> Result<> {
        if (std::ranges::any_of(environments::all_live(tx), may_build)) return ok();
        for (const std::string& reference : made)
            image_uses::adopt(tx, target, reference, now);
        return ok();
    };
    co_return co_await world.store.transact(work);
}

}  // namespace

std::map<std::string, std::string> our_images(const EngineSettings& settings)
{
    return {
        {std::string(installation_label), settings.installation.text()}
    };
}

Task<Result<>> remove_unused_images(World world)
{
    const auto adopted = co_await adopt_stray_images(world);
    if (!adopted) co_return adopted.error();
    const std::string target = world.settings.target;
    const auto read = [=](Tx& tx) { return image_uses::unused(tx, target); };
    const auto unused = co_await world.store.read(read);
    if (!unused) co_return unused.error();
    for (const std::string& reference : *unused) {
        const auto removed = co_await world.builder.remove(reference);
        if (!removed) continue;  // It stays listed as unused, and the next cleanup tries again.
        const auto work = [=](Tx& tx) -> Result<> {
            image_uses::forget(tx, target, reference);
            return ok();
        };
        const auto forgotten = co_await world.store.transact(work);
        if (!forgotten) co_return forgotten.error();
    }
    co_return ok();
}

}  // namespace diorama
