#pragma once

#include "routing/routing.hpp"

namespace diorama {

/// A router in memory. It settles at once.
class FakeRouter final : public Router {
public:
    void publish(RouteSnapshot snapshot) override
    {
        if (snapshot.epoch > table.epoch) table = std::move(snapshot);
    }
    Task<Result<>> settled(std::uint64_t, std::stop_token) override { co_return ok(); }
    std::vector<Visit> visits() override { return std::exchange(visited, {}); }

    /// The upstreams `host` leads to; none when there is no such route.
    std::vector<Upstream> upstreams(std::string_view host) const
    {
        for (const Route& route : table.routes) {
            if (route.host == host) return route.upstreams;
        }
        return {};
    }

    RouteSnapshot table;
    std::vector<Visit> visited;
};

}  // namespace diorama
