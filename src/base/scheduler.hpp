#pragma once

#include "base/clock.hpp"
#include "base/task.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace diorama {

/// Time and threads, injected: no room below main asks a clock, sleeps or starts a thread by
/// itself. On the real machine it is a loop and a small pool (`net/loop.hpp`); in tests and in
/// the simulation it is single-threaded with a virtual clock (`base/fake_scheduler.hpp`).
///
/// All coroutines of the control plane run on the loop's one thread, so they need no locks.
class Scheduler {
public:
    /// A call to come; destroying it takes the call back.
    class Timer {
    public:
        virtual ~Timer() = default;
    };

    virtual ~Scheduler() = default;

    virtual Instant now() const = 0;

    /// Runs `work` on the loop, after what runs now. The only member that may be called from any
    /// thread.
    virtual void post(std::function<void()> work) = 0;

    /// Runs `work` on the loop after `delay`, unless the timer goes first.
    virtual std::unique_ptr<Timer> after(milliseconds delay, std::function<void()> work) = 0;

    /// Runs `work`, which may block, beside the loop, then `done` on the loop. `work` must not
    /// throw.
    virtual void beside(std::function<void()> work, std::function<void()> done) = 0;
};

/// Sleeps on `scheduler`; false when `stop` was asked first.
Task<bool> sleep(Scheduler& scheduler, milliseconds delay, std::stop_token stop = {});

/// Comes back on the loop after what waits there now.
Task<> yield(Scheduler& scheduler);

/// Runs blocking `work` beside the loop and comes back with its answer or its exception.
template <class Work>
Task<std::invoke_result_t<Work&>> blocking(Scheduler& scheduler, Work work);

/// Stops what runs too long. Its token is asked to stop when `parent` is, or after `limit`.
class Deadline {
public:
    Deadline(Scheduler& scheduler, milliseconds limit, std::stop_token parent = {});

    std::stop_token token() const { return source_.get_token(); }
    bool expired() const { return *expired_; }

private:
    std::stop_source source_;
    std::shared_ptr<bool> expired_ = std::make_shared<bool>(false);
    std::unique_ptr<Scheduler::Timer> timer_;
    std::stop_callback<std::function<void()>> link_;
};

namespace detail {

struct Beside {
    Scheduler& scheduler;
    std::function<void()> work;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller)
    {
        scheduler.beside(std::move(work), [caller] { caller.resume(); });
    }
    void await_resume() const noexcept {}
};

}  // namespace detail

template <class Work>
Task<std::invoke_result_t<Work&>> blocking(Scheduler& scheduler, Work work)
{
    using Answer = std::invoke_result_t<Work&>;
    std::exception_ptr thrown;
    if constexpr (std::is_void_v<Answer>) {
        auto guarded = [&] {
            try {
                work();
            } catch (...) {
                thrown = std::current_exception();
            }
        };
        detail::Beside call{scheduler, guarded};
        co_await call;
        if (thrown) std::rethrow_exception(thrown);
    } else {
        std::optional<Answer> answer;
        auto guarded = [&] {
            try {
                answer.emplace(work());
            } catch (...) {
                thrown = std::current_exception();
            }
        };
        detail::Beside call{scheduler, guarded};
        co_await call;
        if (thrown) std::rethrow_exception(thrown);
        co_return std::move(*answer);
    }
}

}  // namespace diorama
