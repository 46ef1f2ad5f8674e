#pragma once

#include "gateway/gateway.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace diorama {

/// A gateway without a network, for the tests of what stands above it.
class FakeGateway final : public Gateway {
public:
    Result<> publish(RouteSnapshot snapshot) override
    {
        if (snapshot.epoch > published.epoch) published = std::move(snapshot);
        return ok();
    }
    std::uint64_t acknowledged() const override { return held_back ? 0 : published.epoch; }
    bool drained(const Upstream& upstream) const override
    {
        if (held_back || busy.contains(upstream)) return false;
        for (const Route& route : published.routes)
            if (std::ranges::count(route.upstreams, upstream) != 0) return false;
        return true;
    }
    std::vector<Visit> visits() override { return std::exchange(visited, {}); }
    void on_wake_ask(std::function<void(const EnvironmentId&)> wanted) override
    {
        ask = std::move(wanted);
    }
    GatewayMetrics metrics() const override { return {}; }
    std::vector<std::uint16_t> ports() const override { return {8080}; }

    RouteSnapshot published;
    bool held_back = false;                         ///< No thread takes up what is published.
    std::set<Upstream> busy;                        ///< A request to them is under way.
    std::vector<Visit> visited;                     ///< What `visits` answers next.
    std::function<void(const EnvironmentId&)> ask;  ///< Somebody comes to a door.
};

}  // namespace diorama
