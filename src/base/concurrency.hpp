#pragma once

#include "base/error.hpp"
#include "base/scheduler.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace diorama {

/// Something several coroutines of one loop wait for. `notify` wakes all who wait now.
class Notice {
public:
    explicit Notice(Scheduler& scheduler) : scheduler_(scheduler) {}
    Notice(const Notice&) = delete;
    Notice& operator=(const Notice&) = delete;

    /// False when `stop` was asked before anybody notified.
    Task<bool> wait(std::stop_token stop = {});
    void notify();

private:
    struct Waiter;
    friend struct WaiterAwait;
    Scheduler& scheduler_;
    std::list<std::shared_ptr<Waiter>> waiters_;
};

/// At most `count` at a time, in the order they came.
class Semaphore {
public:
    Semaphore(Scheduler& scheduler, std::size_t count) : scheduler_(scheduler), free_(count) {}
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    /// A place, given back when it goes. The semaphore must outlive it.
    class Permit {
    public:
        explicit Permit(Semaphore* owner) : owner_(owner) {}
        Permit(Permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept
        {
            std::swap(owner_, other.owner_);
            return *this;
        }
        ~Permit()
        {
            if (owner_) owner_->release();
        }

    private:
        Semaphore* owner_;
    };

    /// Nothing when `stop` was asked while it waited.
    Task<std::optional<Permit>> acquire(std::stop_token stop = {});
    std::size_t waiting() const { return waiting_; }

private:
    void release();

    Scheduler& scheduler_;
    std::size_t free_;
    std::size_t waiting_ = 0;
    Notice freed_{scheduler_};
};

/// Owns the tasks started in it and is joined before it goes: nothing runs on unseen.
class TaskGroup {
public:
    explicit TaskGroup(Scheduler& scheduler) : idle_(scheduler) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    /// Aborts when tasks still run: join first.
    ~TaskGroup();

    /// Starts `task` now. What it throws is thrown again by `join`.
    void spawn(Task<> task);
    /// Returns when no task runs any more.
    Task<> join();
    std::size_t size() const { return running_; }

private:
    Task<> watch(Task<> task);

    std::size_t running_ = 0;
    std::exception_ptr thrown_;
    Notice idle_;
};

/// Runs all `tasks` side by side, answers in their order. An exception of one is thrown after all
/// ended.
template <class T>
Task<std::vector<T>> all(Scheduler& scheduler, std::vector<Task<T>> tasks)
{
    std::vector<std::optional<T>> found(tasks.size());
    TaskGroup group(scheduler);
    const auto keep = [](Task<T> task, std::optional<T>& slot) -> Task<> {
        auto given = co_await task;
        slot.emplace(std::move(given));
    };
    for (std::size_t i = 0; i < tasks.size(); ++i)
        group.spawn(keep(std::move(tasks[i]), found[i]));
    co_await group.join();
    std::vector<T> answers;
    answers.reserve(found.size());
    for (auto& slot : found)
        answers.push_back(std::move(*slot));
    co_return answers;
}

/// Runs all `tasks` side by side; the first error, after all ended.
inline Task<Result<>> all_done(Scheduler& scheduler, std::vector<Task<Result<>>> tasks)
{
    const auto answers = co_await all(scheduler, std::move(tasks));
    for (const auto& answer : answers) {
        if (!answer) co_return answer.error();
    }
    co_return ok();
}

}  // namespace diorama
