#include "base/concurrency.hpp"

namespace diorama {

struct Notice::Waiter {
    std::coroutine_handle<> caller;
    bool woken = false;
    bool notified = false;
};

struct WaiterAwait {
    Scheduler& scheduler;
    std::list<std::shared_ptr<Notice::Waiter>>& waiters;
    std::stop_token stop;
    std::shared_ptr<Notice::Waiter> waiter = std::make_shared<Notice::Waiter>();
    std::optional<std::stop_callback<std::function<void()>>> on_stop;

    bool await_ready() const { return stop.stop_requested(); }
    void await_suspend(std::coroutine_handle<> caller)
    {
        waiter->caller = caller;
        waiters.push_back(waiter);
        on_stop.emplace(stop, [this] {
            if (waiter->woken) return;
            waiter->woken = true;
            waiters.remove(waiter);
            scheduler.post([again = waiter->caller] { again.resume(); });
        });
    }
    bool await_resume() const { return waiter->notified; }
};

Task<bool> Notice::wait(std::stop_token stop)
{
    WaiterAwait waiting{scheduler_, waiters_, std::move(stop)};
    co_return co_await waiting;
}

void Notice::notify()
{
    for (const auto& waiter : std::exchange(waiters_, {})) {
        if (waiter->woken) continue;
        waiter->woken = true;
        waiter->notified = true;
        scheduler_.post([again = waiter->caller] { again.resume(); });
    }
}

Task<std::optional<Semaphore::Permit>> Semaphore::acquire(std::stop_token stop)
{
    ++waiting_;
    while (free_ == 0) {
        const bool notified = co_await freed_.wait(stop);
        if (notified) continue;
        --waiting_;
        co_return std::nullopt;
    }
    --waiting_;
    --free_;
    co_return Permit(this);
}

void Semaphore::release()
{
    ++free_;
    freed_.notify();
}

TaskGroup::~TaskGroup()
{
    if (running_ != 0) std::abort();
}

void TaskGroup::spawn(Task<> task)
{
    ++running_;
    diorama::spawn(watch(std::move(task)));
}

Task<> TaskGroup::watch(Task<> task)
{
    try {
        co_await task;
    } catch (...) {
        if (!thrown_) thrown_ = std::current_exception();
    }
    if (--running_ == 0) idle_.notify();
}

Task<> TaskGroup::join()
{
    while (running_ != 0)
        co_await idle_.wait();
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

}  // namespace diorama
