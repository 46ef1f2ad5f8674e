#include "engine/cleanup/disk_watch.hpp"

#include "base/byte_size.hpp"
#include "engine/accident.hpp"
#include "engine/cleanup/endings.hpp"
#include "store/environments.hpp"
#include "store/jobs.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// The Engine walks through all that scenes have on disk to answer: it spends no more than a
/// hundredth of its time so.
milliseconds pause_after_look(milliseconds took)
{
    return std::clamp<milliseconds>(took * 100, seconds{10}, minutes{10});
}

std::string sentence(std::uint64_t written, std::uint64_t limit)
{
    return fmt::format(
        "it wrote {} to disk, and may {}", human_byte_size({written}), human_byte_size({limit})
    );
}

}  // namespace

std::uint64_t disk_limit(const Policy& policy, const Environment& environment)
{
    return environment.wanted.untrusted ? for_strangers(policy).disk : policy.disk;
}

Task<> DiskWatch::run(std::stop_token stop)
{
    for (;;) {
        const auto took = co_await caught(look());
        const milliseconds pause = took ? pause_after_look(*took) : minutes{1};
        const bool slept = co_await sleep(world_.scheduler, pause, stop);
        if (!slept) co_return;
    }
}

Task<Result<milliseconds>> DiskWatch::look()
{
    const Instant begun = world_.scheduler.now();
    auto written = co_await world_.driver.written();
    if (!written) co_return written.error();
    const milliseconds took = world_.scheduler.now() - begun;
    const auto done = co_await take_down(*std::move(written));
    if (!done) co_return done.error();
    co_return took;
}

Task<Result<>> DiskWatch::take_down(std::map<EnvironmentId, std::uint64_t> written)
{
    const Moment now = moment(world_.scheduler, world_.random, world_.settings, {});
    const auto work = [=, policy = world_.settings.policy](Tx& tx
                      ) -> Result<std::vector<EnvironmentId>> {
        std::vector<EnvironmentId> gone;
        for (const auto& [id, bytes] : written) {
            const auto environment = environments::find(tx, id);
            if (!environment || is_going(environment->state)) continue;
            const std::uint64_t limit = disk_limit(policy, *environment);
            if (limit == 0 || bytes <= limit) continue;
            const auto down = end_by_clock(tx, *environment, sentence(bytes, limit), now);
            if (!down) return down.error();
            // It may fill the disk of all.
            jobs::enqueue(tx, id, jobs::Priority::high, now.now);
            gone.push_back(id);
        }
        return gone;
    };
    const auto gone = co_await world_.store.transact(work);
    if (!gone) co_return gone.error();
    for (const EnvironmentId each : *gone)
        bell_.ring(each);
    co_return ok();
}

}  // namespace diorama
