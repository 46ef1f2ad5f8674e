#pragma once

#include "base/concurrency.hpp"
#include "model/ids.hpp"

#include <cstdint>
#include <map>
#include <stop_token>

namespace diorama {

/// Wakes workers inside this process. Only a hint: what matters stands in the store, and a ring
/// that was lost is made good by the resync.
class Bell {
public:
    explicit Bell(Scheduler& scheduler) : queue_(scheduler), ended_(scheduler) {}

    /// The wish for `environment` changed: whoever works on the old one stops, and a worker looks.
    void ring(EnvironmentId environment)
    {
        if (const auto running = running_.find(environment); running != running_.end())
            running->second.request_stop();
        nudge();
    }
    /// Rings, and returns when who worked on `environment` has ended. False when that took longer
    /// than `limit`.
    Task<bool> end(Scheduler& scheduler, EnvironmentId environment, milliseconds limit)
    {
        const auto running = running_.find(environment);
        if (running == running_.end()) {
            nudge();
            co_return true;
        }
        const std::stop_source work = running->second;
        ring(environment);
        const Deadline deadline(scheduler, limit, {});
        for (;;) {
            const auto now = running_.find(environment);
            if (now == running_.end() || now->second != work) co_return true;
            const bool notified = co_await ended_.wait(deadline.token());
            if (!notified) co_return false;
        }
    }
    /// Somebody should look at the queue.
    void nudge()
    {
        ++rings_;
        queue_.notify();
    }
    /// Counts rings and nudges: who looked at the queue while it changed looks again.
    std::uint64_t rings() const { return rings_; }

    bool is_worked_on(EnvironmentId environment) const { return running_.contains(environment); }

    /// While it lives, a ring for its environment asks `work` to stop. One at a time for each.
    class Listening {
    public:
        Listening(Bell& bell, EnvironmentId environment, std::stop_source work)
            : bell_(bell),
              environment_(environment),
              source_(std::move(work))
        {
            bell_.running_[environment] = source_;
        }
        Listening(const Listening&) = delete;
        Listening& operator=(const Listening&) = delete;
        ~Listening()
        {
            bell_.running_.erase(environment_);
            bell_.ended_.notify();
        }

    private:
        Bell& bell_;
        EnvironmentId environment_;
        std::stop_source source_;
    };

    Notice& queue() { return queue_; }

private:
    Notice queue_;
    Notice ended_;
    std::uint64_t rings_ = 0;
    std::map<EnvironmentId, std::stop_source> running_;
};

}  // namespace diorama
