#include "routing/embedded.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr milliseconds first_look{1};
constexpr milliseconds longest_look{50};

std::set<Upstream> upstreams_of(const RouteSnapshot& snapshot)
{
    std::set<Upstream> all;
    for (const Route& route : snapshot.routes)
        all.insert(route.upstreams.begin(), route.upstreams.end());
    return all;
}

Error not_taken_up(milliseconds patience)
{
    return {
        Code::timed_out,
        fmt::format("the gateway did not take up the routes within {} ms", patience.count()),
        "Restart Diorama: its gateway hangs."
    };
}

}  // namespace

EmbeddedRouter::EmbeddedRouter(
    Scheduler& scheduler, Gateway& gateway, Log& log, milliseconds patience
)
    : scheduler_(scheduler),
      gateway_(gateway),
      log_(log),
      patience_(patience),
      asks_(std::make_shared<WakeAsks>(scheduler))
{
    gateway.on_wake_ask([&scheduler, asks = asks_](const EnvironmentId& environment) {
        scheduler.post([asks, environment] { asks->add(environment); });
    });
}

void EmbeddedRouter::publish(RouteSnapshot snapshot)
{
    if (snapshot.epoch <= newest_) return;
    newest_ = snapshot.epoch;
    snapshot.routes.insert(snapshot.routes.end(), always_.begin(), always_.end());
    auto named = upstreams_of(snapshot);
    const auto until = scheduler_.now() + patience_;
    for (const Upstream& upstream : named_)
        if (!named.contains(upstream)) leaving_.emplace(upstream, Leaving{newest_, until});
    std::erase_if(leaving_, [&](const auto& each) { return named.contains(each.first); });
    named_ = std::move(named);

    // The other routes are in force; the one that is wrong leads to a page.
    const auto published = gateway_.publish(std::move(snapshot));
    if (!published)
        log_.error(
            "a route leads nowhere",
            {
                {"problem", published.error()}
        }
        );
}

bool EmbeddedRouter::drained(std::uint64_t epoch)
{
    const auto now = scheduler_.now();
    std::erase_if(leaving_, [&](const auto& each) {
        return each.second.until <= now || gateway_.drained(each.first);
    });
    return std::ranges::none_of(leaving_, [&](const auto& each) {
        return each.second.epoch <= epoch;
    });
}

Task<Result<>> EmbeddedRouter::in_force(std::uint64_t epoch, std::stop_token stop)
{
    const auto end = scheduler_.now() + patience_;
    auto pause = first_look;
    while (!acknowledged(epoch)) {
        if (scheduler_.now() >= end) co_return not_taken_up(patience_);
        const bool waited = co_await sleep(scheduler_, pause, stop);
        if (!waited) co_return Error{Code::cancelled, "no longer wanted"};
        pause = std::min(pause * 2, longest_look);
    }
    co_return ok();
}

Task<Result<>> EmbeddedRouter::settled(std::uint64_t epoch, std::stop_token stop)
{
    const auto taken_up = co_await in_force(epoch, stop);
    if (!taken_up) co_return taken_up.error();
    auto pause = first_look;
    while (!drained(epoch)) {
        const bool waited = co_await sleep(scheduler_, pause, stop);
        if (!waited) co_return Error{Code::cancelled, "no longer wanted"};
        pause = std::min(pause * 2, longest_look);
    }
    co_return ok();
}

}  // namespace diorama
