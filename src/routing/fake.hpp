#pragma once

#include "routing/routing.hpp"
#include "routing/wake_asks.hpp"

#include <functional>

namespace diorama {

/// A router in memory. It settles at once, or when `drain` says so.
class FakeRouter final : public Router {
public:
    explicit FakeRouter(Scheduler& scheduler) : asks_(scheduler) {}

    void publish(RouteSnapshot snapshot) override
    {
        if (snapshot.epoch > table.epoch) table = std::move(snapshot);
    }
    Task<Result<>> in_force(std::uint64_t, std::stop_token stop) override
    {
        if (take_up) co_await take_up(stop);
        if (stop.stop_requested()) co_return Error{Code::cancelled, "no longer wanted"};
        co_return ok();
    }
    Task<Result<>> settled(std::uint64_t, std::stop_token stop) override
    {
        if (drain) co_await drain(stop);
        if (stop.stop_requested()) co_return Error{Code::cancelled, "no longer wanted"};
        co_return ok();
    }
    std::vector<Visit> visits() override { return std::exchange(visited, {}); }
    Task<std::vector<EnvironmentId>> wake_asks(std::stop_token stop) override
    {
        return asks_.take(std::move(stop));
    }
    /// Somebody waits at its door.
    void ask(const EnvironmentId& environment) { asks_.add(environment); }

    /// The upstreams `host` leads to; none when there is no such route.
    std::vector<Upstream> upstreams(std::string_view host) const
    {
        for (const Route& route : table.routes) {
            if (route.host == host) return route.upstreams;
        }
        return {};
    }

    std::function<Task<>(std::stop_token)> take_up;  ///< A gateway that is slow.
    std::function<Task<>(std::stop_token)> drain;    ///< Visitors who stay on what is old.
    RouteSnapshot table;
    std::vector<Visit> visited;

private:
    WakeAsks asks_;
};

}  // namespace diorama
