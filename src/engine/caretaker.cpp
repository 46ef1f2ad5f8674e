#include "engine/caretaker.hpp"

#include "engine/accident.hpp"
#include "engine/teardown.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"

#include <algorithm>

namespace diorama {

Task<> Caretaker::run(std::stop_token stop)
{
    for (;;) {
        // What a round could not do, the next one tries again.
        const auto done = co_await caught(round(stop));
        if (!stop.stop_requested()) tell(done);
        [[maybe_unused]] const auto looked = co_await caught(doorman_.look(std::nullopt));
        bell_.nudge();
        const bool slept = co_await sleep(shop_.world.scheduler, shop_.world.settings.resync, stop);
        if (!slept) co_return;
    }
}

/// The same reason, minute after minute, is told once.
void Caretaker::tell(const Result<>& done)
{
    const std::string reason = done ? "" : done.error().text();
    if (reason == told_) return;
    told_ = reason;
    if (done)
        shop_.world.log.info("the resync goes on");
    else
        shop_.world.log.warn(
            "the resync could not do all of its round",
            {
                {"reason", done.error()}
        }
        );
}

Task<Result<>> Caretaker::round(std::stop_token stop)
{
    const auto reaped = co_await reap();
    if (!reaped) co_return reaped.error();
    const auto found = co_await shop_.world.driver.observe(std::nullopt);
    const auto remembered = co_await remember();
    if (!remembered) co_return remembered.error();
    auto all = unfinished(*remembered, shop_.world.scheduler.now());
    std::vector<Stray> left;
    if (found) {
        all.merge(astray(*remembered, *found));
        left = strays(remembered->entries, *found);
        listen(*remembered, *found);
    }
    const std::size_t scenes = found ? count_environments(*found) : 0;
    const auto unknown = co_await ask_for(std::move(all), std::move(left), scenes);
    if (!unknown) co_return unknown.error();
    if (!found) co_return found.error();
    const auto removed = co_await remove_unknown(*unknown, scenes);
    if (!removed) co_return removed.error();
    if (stop.stop_requested()) co_return Error{Code::cancelled, "stopping"};
    co_return co_await remove_unused_images(shop_.world);
}

/// Whoever held a lease that ended is gone, or hangs: its work is taken up by others.
Task<Result<std::int64_t>> Caretaker::reap()
{
    const auto work = [now = shop_.world.scheduler.now()](Tx& tx) -> Result<std::int64_t> {
        return jobs::reap(tx, now);
    };
    const auto reaped = co_await shop_.world.store.transact(work);
    if (reaped && *reaped > 0)
        shop_.world.log.warn(
            "leases that were not renewed are free again",
            {
                {"number", *reaped}
        }
        );
    co_return reaped;
}

Task<Result<Remembered>> Caretaker::remember()
{
    const auto read = [target = shop_.world.settings.target](Tx& tx) -> Result<Remembered> {
        return Remembered{
            environments::all_live(tx), inventory::of_target(tx, target), instances::list_all(tx)
        };
    };
    co_return co_await shop_.world.store.read(read);
}

/// Asks for a look at `all` and at the owners of orphans; answers the orphans whose owner nobody
/// knows.
Task<Result<std::vector<Orphan>>>
Caretaker::ask_for(std::set<EnvironmentId> all, std::vector<Stray> strays, std::size_t scenes)
{
    const auto now = shop_.world.scheduler.now();
    const auto work = [=](Tx& tx) -> Result<std::vector<Orphan>> {
        std::set<EnvironmentId> asked = all;
        std::vector<Orphan> unknown;
        for (Orphan& each : orphans(tx, strays, scenes)) {
            if (each.unknown)
                unknown.push_back(std::move(each));
            else
                asked.insert(each.stray.environment);
        }
        // Who failed lately waits for the next attempt, whatever is still missing.
        for (const EnvironmentId environment : asked)
            jobs::remind(tx, environment, jobs::Priority::low, now);
        return unknown;
    };
    const auto unknown = co_await shop_.world.store.transact(work);
    if (unknown) bell_.nudge();
    co_return unknown;
}

/// Of environments this store never knew, so that no worker can be making them.
Task<Result<>> Caretaker::remove_unknown(std::vector<Orphan> unknown, std::size_t scenes)
{
    std::vector<Stray> strays;
    strays.reserve(unknown.size());
    for (const Orphan& each : unknown)
        strays.push_back(each.stray);
    if (std::ranges::any_of(unknown, &Orphan::held))
        co_return Error{
            Code::refused,
            fmt::format(
                "{} of the {} scenes that run are unknown to this database: none is removed",
                count_environments(strays),
                scenes
            ),
            "Check that the daemon runs with the database it always had."
        };
    co_return co_await remove_strays(shop_.world, std::move(strays));
}

/// A container that somebody stopped and started again has a new ear too.
void Caretaker::listen(const Remembered& remembered, const std::vector<Found>& found)
{
    std::set<std::string> running;
    for (const Found& object : found) {
        if (object.type == EntryType::container && object.running == Running::running)
            running.insert(object.name);
    }
    std::set<EntryId> serving;
    for (const Instance& instance : remembered.serving)
        serving.insert(instance.container);
    const auto now = shop_.world.scheduler.now();
    for (const Entry& entry : remembered.entries) {
        if (serving.contains(entry.id) && running.contains(entry.name))
            shop_.followers.follow(entry, std::nullopt, now);
    }
}

}  // namespace diorama
