#include "engine/cleanup/retention.hpp"

#include "store/deliveries.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"
#include "store/log_lines.hpp"

#include <functional>

namespace diorama {

namespace {

constexpr std::size_t lines_at_once = 1000;
constexpr std::size_t histories_at_once = 20;

/// What came before it goes; nothing where all is kept for ever.
std::optional<Instant> limit(Instant now, milliseconds kept)
{
    return kept > milliseconds{0} ? std::optional(now - kept) : std::nullopt;
}

std::int64_t compact(Tx& tx, Instant before)
{
    const auto gone = environments::with_history(tx, before, histories_at_once);
    for (const EnvironmentId environment : gone) {
        event_log::compact(tx, environment);
        deployments::compact(tx, environment);
    }
    return static_cast<std::int64_t>(gone.size());
}

using Forget = std::function<std::int64_t(Tx&)>;

/// Again and again while it finds `most` at once.
Task<Result<std::int64_t>>
forget_all(World world, Forget forget, std::size_t most, std::stop_token stop)
{
    std::int64_t all = 0;
    while (!stop.stop_requested()) {
        const auto work = [&](Tx& tx) -> Result<std::int64_t> { return forget(tx); };
        const auto some = co_await world.store.transact(work);
        if (!some) co_return some.error();
        all += *some;
        if (static_cast<std::size_t>(*some) < most) break;
    }
    co_return all;
}

}  // namespace

Outdated outdated(Tx& tx, const CleanupSettings& settings, Instant now)
{
    Outdated all;
    if (const auto before = limit(now, settings.logs))
        all.lines = log_lines::count_older(tx, *before);
    if (const auto before = limit(now, settings.history))
        all.histories = static_cast<std::int64_t>(
            environments::with_history(tx, *before, std::numeric_limits<std::int32_t>::max()).size()
        );
    return all;
}

Task<Result<Outdated>> forget_outdated(World world, std::stop_token stop)
{
    const Instant now = world.scheduler.now();
    Outdated forgotten;
    if (const auto before = limit(now, world.settings.cleanup.logs)) {
        const auto forget = [before](Tx& tx) {
            return log_lines::forget_older(tx, *before, lines_at_once);
        };
        const auto lines = co_await forget_all(world, forget, lines_at_once, stop);
        if (!lines) co_return lines.error();
        forgotten.lines = *lines;
    }
    if (const auto before = limit(now, world.settings.cleanup.history)) {
        const auto forget = [before](Tx& tx) { return compact(tx, *before); };
        const auto histories = co_await forget_all(world, forget, histories_at_once, stop);
        if (!histories) co_return histories.error();
        forgotten.histories = *histories;
    }
    const auto forget_deliveries = [before = now - world.settings.forges.keep](Tx& tx) -> Result<> {
        deliveries::forget(tx, before);
        return ok();
    };
    const auto deliveries = co_await world.store.transact(forget_deliveries);
    if (!deliveries) co_return deliveries.error();
    co_return forgotten;
}

}  // namespace diorama
