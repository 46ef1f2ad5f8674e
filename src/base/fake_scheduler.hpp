#pragma once

#include "base/scheduler.hpp"

#include <deque>
#include <map>
#include <stdexcept>

namespace diorama {

/// A loop of one thread with a clock that stands still until nothing else can happen, then jumps
/// to the next timer. What blocks runs inline. Tests and the simulation run on it: hours pass in
/// microseconds, and the same seed gives the same run.
class FakeScheduler final : public Scheduler {
public:
    explicit FakeScheduler(Instant start = Instant{std::chrono::days{20000}}) : now_(start) {}

    Instant now() const override { return now_; }
    void post(std::function<void()> work) override { ready_.push_back(std::move(work)); }
    std::unique_ptr<Timer> after(milliseconds delay, std::function<void()> work) override;
    void beside(std::function<void()> work, std::function<void()> done) override;

    /// Runs what is ready; true when something ran.
    bool run_ready();
    /// Runs until nothing is ready and no timer is due before `until`; the clock then stands there.
    void run_until(Instant until);
    void run_for(milliseconds time) { run_until(now_ + time); }
    /// What runs beside the loop is done at once, and known to the loop only `lag()` later.
    void lag(std::function<milliseconds()> lag) { lag_ = std::move(lag); }
    /// The clock jumps, as on a machine that was suspended: what was due meanwhile comes late.
    void skip(milliseconds time) { now_ += time; }

    /// Runs `task` to its end, letting the clock jump as needed. Throws when nothing can wake it.
    template <class T>
    T run(Task<T> task)
    {
        std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> answer;
        std::exception_ptr thrown;
        const auto keep = [](Task<T> running, auto& slot, std::exception_ptr& error) -> Task<> {
            try {
                if constexpr (std::is_void_v<T>) {
                    co_await running;
                    slot.emplace(true);
                } else {
                    auto given = co_await running;
                    slot.emplace(std::move(given));
                }
            } catch (...) {
                error = std::current_exception();
            }
        };
        spawn(keep(std::move(task), answer, thrown));
        while (!answer && !thrown) {
            if (!run_ready() && !jump())
                throw std::logic_error("the task waits for nothing that can happen");
        }
        if (thrown) std::rethrow_exception(thrown);
        if constexpr (!std::is_void_v<T>) return std::move(*answer);
    }

private:
    class Entry;
    using Timers = std::map<std::pair<Instant, std::uint64_t>, std::function<void()>>;
    /// Moves the clock to the next timer and runs it; false when there is none.
    bool jump();

    Instant now_;
    std::function<milliseconds()> lag_;
    std::deque<std::function<void()>> ready_;
    std::uint64_t sequence_ = 0;
    std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
};

}  // namespace diorama
