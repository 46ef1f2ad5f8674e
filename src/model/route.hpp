#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "model/lifecycle.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace diorama {

/// Where a service listens, as its driver reports it.
struct Upstream {
    std::string scheme = "http";
    std::string host;  ///< An IP address, never a name: the gateway does not resolve.
    std::uint16_t port = 0;

    friend auto operator<=>(const Upstream&, const Upstream&) = default;
};

/// One way into a scene, or to what Diorama itself shows to everybody. The longest matching path of
/// the host wins.
struct Route {
    std::string host;           ///< Lower case, no port.
    std::string path = "/";     ///< A prefix that ends with '/'; without one, that very path only.
    bool strip = false;         ///< Drops `path` (but its last '/') before forwarding.
    EnvironmentId environment;  ///< All zeros: Diorama's own; nobody visits it.
    Generation generation = 0;
    std::string service;
    State state = State::ready;       ///< What to tell a visitor when nothing serves.
    bool wakes = false;               ///< It sleeps: a visit wakes it, and may wait for that.
    std::vector<Upstream> upstreams;  ///< Replicas, taken in turn; empty while nothing serves.

    friend bool operator==(const Route&, const Route&) = default;
};

/// All routes there are. A gateway replaces what it had by it, at once, and acknowledges `epoch`.
struct RouteSnapshot {
    std::uint64_t epoch = 0;
    std::vector<Route> routes;

    friend bool operator==(const RouteSnapshot&, const RouteSnapshot&) = default;
};

/// The last time somebody asked for something of an environment.
struct Visit {
    EnvironmentId environment;
    Instant at;

    friend bool operator==(const Visit&, const Visit&) = default;
};

}  // namespace diorama
