#pragma once

#include "base/clock.hpp"
#include "base/scheduler.hpp"
#include "net/http.hpp"

#include <deque>
#include <optional>

namespace diorama::github {

/// Until when an answer asks us to be quiet, by GitHub's "Rate limits for the REST API": its
/// primary limit (X-RateLimit-Remaining: 0 until X-RateLimit-Reset) or a secondary one
/// (Retry-After, or only words). None when it does not. Never more than two hours.
std::optional<Instant> quiet_until(const Response& response, Instant now);

/// Keeps writes below GitHub's 80 a minute, whoever writes.
class WritePace {
public:
    static constexpr std::size_t limit = 75;  ///< Others may write with the same token.

    explicit WritePace(Scheduler& scheduler) : scheduler_(scheduler) {}

    /// Waits until another write fits; false when `stop` was asked first.
    Task<bool> turn(std::stop_token stop);

private:
    Scheduler& scheduler_;
    std::deque<Instant> written_;  ///< Within the last minute.
};

}  // namespace diorama::github
