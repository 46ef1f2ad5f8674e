#pragma once

#include "base/scheduler.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace diorama {

/// A loop with real threads beside it and a clock that stands still, to show that works may run
/// anywhere.
class ThreadScheduler final : public Scheduler {
public:
    ~ThreadScheduler() override
    {
        for (auto& thread : threads_)
            thread.join();
    }

    Instant now() const override { return {}; }
    void post(std::function<void()> work) override
    {
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(work));
        changed_.notify_one();
    }
    std::unique_ptr<Timer> after(milliseconds, std::function<void()>) override { std::abort(); }
    void beside(std::function<void()> work, std::function<void()> done) override
    {
        threads_.emplace_back([this, work = std::move(work), done = std::move(done)]() mutable {
            work();
            work = nullptr;
            post(std::move(done));
        });
    }

    void run(Task<> task)
    {
        bool over = false;
        spawn([](Task<> running, bool& ended) -> Task<> {
            co_await running;
            ended = true;
        }(std::move(task), over));
        while (!over)
            next()();
    }

private:
    std::function<void()> next()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !ready_.empty(); });
        auto work = std::move(ready_.front());
        ready_.pop_front();
        return work;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> ready_;
    std::deque<std::thread> threads_;
};

}  // namespace diorama
