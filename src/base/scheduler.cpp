#include "base/scheduler.hpp"

namespace diorama {

namespace {

/// Wakes its coroutine once: by the timer, or by a stop, whichever is first. Lives on the loop's
/// thread; the resumption is posted, so that a stop never runs the sleeper inside the stopper.
struct Sleep {
    Scheduler& scheduler;
    milliseconds delay;
    std::stop_token stop;

    bool stopped = false;
    bool woken = false;
    std::coroutine_handle<> caller;
    std::unique_ptr<Scheduler::Timer> timer;
    std::optional<std::stop_callback<std::function<void()>>> on_stop;

    bool await_ready()
    {
        stopped = stop.stop_requested();
        return stopped;
    }
    void await_suspend(std::coroutine_handle<> sleeper)
    {
        caller = sleeper;
        timer = scheduler.after(delay, [this] { wake(false); });
        if (!woken) on_stop.emplace(stop, [this] { wake(true); });
    }
    bool await_resume() const noexcept { return !stopped; }

    void wake(bool by_stop)
    {
        if (woken) return;
        woken = true;
        stopped = by_stop;
        scheduler.post([sleeper = caller] { sleeper.resume(); });
    }
};

struct Yield {
    Scheduler& scheduler;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> caller) const
    {
        scheduler.post([caller] { caller.resume(); });
    }
    void await_resume() const noexcept {}
};

}  // namespace

Task<bool> sleep(Scheduler& scheduler, milliseconds delay, std::stop_token stop)
{
    Sleep nap{scheduler, delay, std::move(stop)};
    co_return co_await nap;
}

Task<> yield(Scheduler& scheduler)
{
    Yield turn{scheduler};
    co_await turn;
}

Deadline::Deadline(Scheduler& scheduler, milliseconds limit, std::stop_token parent)
    : timer_(scheduler.after(
          limit,
          [source = source_, expired = expired_]() mutable {
              *expired = true;
              source.request_stop();
          }
      )),
      link_(std::move(parent), [source = source_]() mutable { source.request_stop(); })
{}

}  // namespace diorama
