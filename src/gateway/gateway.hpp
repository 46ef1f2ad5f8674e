#pragma once

#include "base/error.hpp"
#include "base/log.hpp"
#include "model/route.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diorama {

/// Where the gateway listens. Port 0 takes a free one, which `Gateway::ports` then tells.
struct GatewayListen {
    std::string address = "0.0.0.0";  ///< An IPv4 or IPv6 address.
    std::uint16_t port = 8080;
};

/// How long the gateway waits for whom. Kept by a coarse clock: a quarter of the shortest of
/// them, at most a second, may be added.
struct GatewayTimeouts {
    milliseconds head = seconds{10};    ///< From a request's first byte to the end of its head.
    milliseconds idle = seconds{60};    ///< Between requests of a kept connection.
    milliseconds connect = seconds{5};  ///< To one replica.
    milliseconds upstream_head = seconds{300};  ///< From the whole request to the answer's head.
    milliseconds stall = seconds{300};          ///< A body that does not move, in either direction.
    milliseconds tunnel = hours{1};             ///< A WebSocket on which nothing moves.
    milliseconds abandoned = seconds{10};  ///< An answer whose client has closed its sending half.
    milliseconds linger = seconds{2};      ///< Reading on after a refusal, so that it arrives.
    milliseconds upstream_idle = seconds{60};  ///< A kept connection to an upstream.
    milliseconds wake = seconds{20};           ///< A request at the door of a scene that sleeps.
    milliseconds wake_page = seconds{2};  ///< Likewise a browser's, which is shown a page then.
    milliseconds drain = seconds{10};     ///< What runs when the gateway is told to stop.
};

/// What one client may take.
struct GatewayLimits {
    std::size_t head = 16 * 1024;  ///< Bytes of a head, requests and answers alike; 24 KiB at most.
    std::size_t fields = 100;      ///< Fields of a head.
    std::size_t connections = 20'000;  ///< Clients of one thread; more wait in the kernel's queue.
    std::size_t kept = 256;            ///< Idle connections to one upstream, per thread.
    /// Requests that wait for one environment to wake, per thread; others are refused at once.
    std::size_t waiting = 64;
};

struct GatewaySettings {
    std::vector<GatewayListen> listen = {{}};
    unsigned threads = 0;  ///< 0: one per core.
    GatewayTimeouts timeouts;
    GatewayLimits limits;
    /// Addresses or networks (`10.0.0.0/8`) whose X-Forwarded-* are believed. Nobody's by default.
    std::vector<std::string> trusted_proxies;
};

/// What the gateway counted since it started.
struct GatewayMetrics {
    std::uint64_t connections = 0;   ///< Clients accepted.
    std::uint64_t requests = 0;      ///< Heads read, refused ones too.
    std::uint64_t answered_4xx = 0;  ///< By the gateway itself, not by an app.
    std::uint64_t answered_5xx = 0;  ///< Likewise.
    std::uint64_t connects = 0;      ///< Connections made to upstreams.
    std::uint64_t reuses = 0;        ///< Requests sent over a kept one.
    std::uint64_t retries = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t accidents = 0;  ///< Sessions closed because something was thrown.
    std::uint64_t open = 0;       ///< Clients connected now.
    std::uint64_t active = 0;     ///< Requests under way now, tunnels too.
    std::uint64_t waiting = 0;    ///< Requests that wait for a scene to wake now.
};

/// The data plane: takes requests on its own threads and carries them to where a route leads.
///
/// All members are for one thread, the control plane's; none of them waits for the data plane
/// except the destructor. Only values pass (DESIGN section 7).
class Gateway {
public:
    /// Stops: accepts nobody any more, lets what runs end within `timeouts.drain`, then cuts it
    /// off.
    virtual ~Gateway() = default;

    /// Replaces all routes at once; an epoch that is not newer than the last is ignored.
    ///
    /// A route whose upstream is no IP address with a port, or is not `http`, leads nowhere (503);
    /// the error names the first such route, and everything else is in force all the same.
    virtual Result<> publish(RouteSnapshot snapshot) = 0;

    /// The epoch that every thread has taken up: no new request is sent by an older one.
    virtual std::uint64_t acknowledged() const = 0;

    /// True once `upstream` may go without a failed request: the routes last published do not name
    /// it, every thread has taken them up, and no request that may still be sent to it, or
    /// tunnel through it, is under way.
    virtual bool drained(const Upstream& upstream) const = 0;

    /// Each environment somebody used since this was last asked, with the time of the last use.
    /// Traffic in a long answer or a WebSocket is use.
    virtual std::vector<Visit> visits() = 0;

    /// Calls `ask` whenever somebody comes to the door of an environment that sleeps, and again
    /// each second while somebody waits there. `ask` is called by the gateway's own threads, at
    /// once: it must not block. Set before the first `publish`, and not again.
    virtual void on_wake_ask(std::function<void(const EnvironmentId&)> ask) = 0;

    virtual GatewayMetrics metrics() const = 0;

    /// The ports listened on, in the order of `GatewaySettings::listen`.
    virtual std::vector<std::uint16_t> ports() const = 0;
};

/// Listens and starts the threads. A port in use, or one that needs a privilege, is an error that
/// names it. Serves 404 until the first `publish`.
///
/// `log` is told when an upstream takes no connection or gives no answer, for each once in ten
/// seconds and thread; it must outlive the gateway.
Result<std::unique_ptr<Gateway>> start_gateway(GatewaySettings settings, Log& log);

}  // namespace diorama
