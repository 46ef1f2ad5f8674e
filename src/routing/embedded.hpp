#pragma once

#include "base/log.hpp"
#include "base/scheduler.hpp"
#include "gateway/gateway.hpp"
#include "routing/routing.hpp"
#include "routing/wake_asks.hpp"

#include <map>
#include <memory>
#include <set>

namespace diorama {

/// The gateway in this process as a router. Its threads tell nobody when they are done, so it is
/// asked, at first every millisecond.
///
/// The scheduler, the gateway and the log must outlive it.
class EmbeddedRouter final : public Router {
public:
    /// `patience` is how long requests under way may hold an old version: a WebSocket may stay open
    /// for days. After it, what is left is cut off with the old version.
    EmbeddedRouter(
        Scheduler& scheduler, Gateway& gateway, Log& log, milliseconds patience = seconds{30}
    );

    /// Routes that stand in every table from the next `publish` on: Diorama's own.
    void always(std::vector<Route> routes) { always_ = std::move(routes); }

    void publish(RouteSnapshot snapshot) override;

    /// `timed_out` when the gateway's threads do not take up the table, which means that they hang.
    Task<Result<>> in_force(std::uint64_t epoch, std::stop_token stop) override;
    Task<Result<>> settled(std::uint64_t epoch, std::stop_token stop) override;

    std::vector<Visit> visits() override { return gateway_.visits(); }

    Task<std::vector<EnvironmentId>> wake_asks(std::stop_token stop) override
    {
        return asks_->take(std::move(stop));
    }

private:
    bool acknowledged(std::uint64_t epoch) const { return gateway_.acknowledged() >= epoch; }
    bool drained(std::uint64_t epoch);

    Scheduler& scheduler_;
    Gateway& gateway_;
    Log& log_;
    milliseconds patience_;
    /// Shared with the gateway's threads, which may be on their way to the loop when this goes.
    std::shared_ptr<WakeAsks> asks_;
    std::vector<Route> always_;
    std::uint64_t newest_ = 0;
    struct Leaving {
        std::uint64_t epoch = 0;  ///< The first without it.
        Instant until;            ///< Nobody waits for it longer.
    };

    std::set<Upstream> named_;             ///< By the newest table.
    std::map<Upstream, Leaving> leaving_;  ///< Not named any more, perhaps in use.
};

}  // namespace diorama
