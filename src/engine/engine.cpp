#include "engine/engine.hpp"

#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"
#include "store/log_lines.hpp"

namespace diorama {

Engine::Engine(World world)
    : world_(world),
      bell_(world.scheduler),
      followers_(world, stopping_.get_token()),
      publisher_(world, bell_),
      starts_(world.scheduler, world.settings.starts),
      shop_{world, followers_, publisher_, starts_},
      commands_(world, bell_),
      workers_(shop_, bell_, world.random.hex(12)),
      caretaker_(shop_, bell_),
      disk_watch_(world, bell_),
      intake_(world, bell_),
      poller_(world, intake_),
      cleaner_(world, bell_, poller_, caretaker_),
      reporter_(world),
      sleeper_(world, bell_),
      waker_(world, bell_)
{}

Task<Result<>> Engine::run(std::stop_token stop)
{
    std::stop_callback<std::function<void()>> end(stop, [this] { stopping_.request_stop(); });
    const auto opened = co_await open(stop);
    if (!opened) co_return opened.error();
    const auto heard = co_await listen_again();
    if (!heard) co_return heard.error();
    TaskGroup group(world_.scheduler);
    group.spawn(workers_.run(stop));
    group.spawn(caretaker_.run(stop));
    group.spawn(cleaner_.run(stop));
    group.spawn(disk_watch_.run(stop));
    group.spawn(intake_.run(stop));
    group.spawn(sleeper_.run(stop));
    group.spawn(waker_.run(stop));
    if (!world_.forges.empty()) {
        group.spawn(poller_.run(stop));
        group.spawn(reporter_.run(stop));
    }
    co_await group.join();
    co_await followers_.join();
    co_return ok();
}

/// Leases of a process that is gone are free, and the routes stand again.
Task<Result<>> Engine::open(std::stop_token stop)
{
    if (open_) co_return ok();
    const auto free = [](Tx& tx) -> Result<> {
        jobs::release_all(tx);
        return ok();
    };
    const auto freed = co_await world_.store.transact(free);
    if (!freed) co_return freed.error();
    const auto published = co_await publisher_.publish(stop);
    if (!published) co_return published.error();
    open_ = true;
    co_return ok();
}

Task<Result<>> Engine::listen_again()
{
    struct Ear {
        Entry container;
        Instant since;
    };
    const auto read = [](Tx& tx) -> Result<std::vector<Ear>> {
        std::vector<Ear> ears;
        for (const Instance& instance : instances::list_all(tx)) {
            const auto container = inventory::find(tx, instance.container);
            if (!container) continue;  // Removed behind our back; the resync makes it again.
            const auto last = log_lines::page(
                tx,
                {.environment = instance.environment,
                 .types = {LogType::container},
                 .service = instance.service,
                 .limit = 1}
            );
            if (!last) return last.error();
            const Instant since =
                last->empty() ? container->created_at : last->back().at + milliseconds{1};
            ears.push_back({*container, since});
        }
        return ears;
    };
    const auto ears = co_await world_.store.read(read);
    if (!ears) co_return ears.error();
    for (const Ear& ear : *ears)
        followers_.follow(ear.container, std::nullopt, ear.since);
    co_return ok();
}

}  // namespace diorama
