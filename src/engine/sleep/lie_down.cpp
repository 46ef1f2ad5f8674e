#include "base/concurrency.hpp"
#include "engine/astray.hpp"
#include "engine/ledger.hpp"
#include "engine/retry.hpp"
#include "engine/sleep/ladder.hpp"
#include "engine/sleep/rung.hpp"
#include "engine/teller.hpp"
#include "store/environments.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// How long who is still there holds the scene awake: a WebSocket may stay for days.
constexpr seconds patience{5};

/// Row first, as with all that is made or unmade: a crash leaves a scene that sleeps less than it
/// says, never one that is routed to and sleeps.
Result<Environment> record(Tx& tx, EnvironmentId id, Instant now)
{
    const auto seen = environments::find(tx, id);
    if (!seen) return seen.error();
    if (!is_asleep(seen->wanted.presence))
        return Error{Code::superseded, "it shall be awake after all"};
    if (is_on_its_rung(*seen)) return seen;
    const Presence rung = std::max(seen->presence, seen->wanted.presence);
    if (seen->state == State::asleep) return environments::settle(tx, *seen, rung, now);
    return environments::advance(
        tx,
        *seen,
        {.on = Event::rested,
         .actor = worker_actor,
         .now = now,
         .cause = seen->cause,
         .presence = rung}
    );
}

/// One that ended or vanished meanwhile is quiet enough: whoever wakes it will see.
Task<Result<>> quieten(World world, Entry container, Quieting how)
{
    const auto attempt = [&] {
        return how == Quieting::freeze ? world.driver.freeze(container)
                                       : world.driver.stop(container);
    };
    const auto done = co_await retry(world, {}, attempt);
    const bool there =
        done || (done.error().code != Code::conflict && done.error().code != Code::not_found);
    if (there) co_return done;
    co_return ok();
}

/// Volumes stay, and so do images: of these it is put up again.
Task<Result<>> archive(World world, std::vector<Entry> entries)
{
    std::erase_if(entries, [](const Entry& entry) { return entry.type == EntryType::volume; });
    Ledger ledger(world);
    co_return co_await ledger.remove_all(std::move(entries));
}

/// The containers that serve, with what they are doing.
template <class Visit>
void each_serving(const Remains& remains, Visit visit)
{
    for (const Instance& instance : remains.serving) {
        if (is_done(instance)) continue;
        const auto entry = std::ranges::find(remains.entries, instance.container, &Entry::id);
        if (entry == remains.entries.end()) continue;
        if (const Found* now = object_of(*entry, remains.found)) visit(*entry, *now);
    }
}

}  // namespace

Task<Result<>> lie_down(Workshop& shop, EnvironmentId environment, std::stop_token stop)
{
    const auto work = [environment, now = shop.world.scheduler.now()](Tx& tx) {
        return record(tx, environment, now);
    };
    const auto down = co_await shop.world.store.transact(work);
    if (!down) co_return down.error();
    const auto published = co_await shop.publisher.publish(stop);
    if (!published) co_return published.error();
    const Deadline deadline(shop.world.scheduler, patience, stop);
    const auto left = co_await shop.publisher.settled(deadline.token());
    if (!left && !deadline.expired()) co_return left.error();
    if (stop.stop_requested()) co_return Error{Code::cancelled, "somebody came"};
    const Teller teller(shop.world, environment, std::nullopt);
    teller.deploy(fmt::format("asleep: {}", name(down->presence)));
    co_return ok();
}

Task<Result<>> hold_still(Workshop& shop, Environment environment, Remains remains)
{
    if (environment.presence == Presence::archived)
        co_return co_await archive(shop.world, std::move(remains.entries));
    Ledger ledger(shop.world);
    std::vector<Task<Result<>>> tasks;
    for (const Entry& entry : remains.entries) {
        if (entry.type == EntryType::container && !object_of(entry, remains.found))
            tasks.push_back(ledger.remove(entry));
    }
    each_serving(remains, [&](const Entry& entry, const Found& now) {
        const Quieting how = quieting(environment.presence, now);
        if (how != Quieting::nothing) tasks.push_back(quieten(shop.world, entry, how));
    });
    co_return co_await all_done(shop.world.scheduler, std::move(tasks));
}

Task<Result<>> thaw_frozen(Workshop& shop, Remains remains)
{
    std::vector<Task<Result<>>> tasks;
    each_serving(remains, [&](const Entry& entry, const Found& now) {
        if (now.running == Running::frozen) tasks.push_back(shop.world.driver.thaw(entry));
    });
    co_return co_await all_done(shop.world.scheduler, std::move(tasks));
}

}  // namespace diorama
