#pragma once

#include "base/scheduler.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

namespace diorama {

/// The real machine's Scheduler: one thread that runs everything, the system's clock, and a small
/// pool for what blocks. `main` makes one; every room below gets it as a `Scheduler&`.
///
/// It must outlive all that waits on it: stop servers and join task groups first.
class Loop final : public Scheduler {
public:
    /// `threads` is the size of the pool behind `beside`.
    explicit Loop(std::size_t threads = 4);
    ~Loop() override;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    Instant now() const override;
    void post(std::function<void()> work) override;
    std::unique_ptr<Timer> after(milliseconds delay, std::function<void()> work) override;
    void beside(std::function<void()> work, std::function<void()> done) override;

    /// Runs until `stop`, on the calling thread.
    void run();
    /// Ends `run`. May be called from any thread.
    void stop();

    /// Runs `task` to its end on the calling thread, and whatever else the loop has to do
    /// meanwhile. For programs that do one thing, and for tests.
    template <class T>
    T run(Task<T> task);

    /// Calls `work` on the loop each time SIGINT or SIGTERM arrives.
    void on_signal(std::function<void(int signal)> work);

    /// What net's own files need; nobody else can name it.
    struct Core;
    Core& core() { return *core_; }

private:
    void run_until(const bool& done);

    std::unique_ptr<Core> core_;
};

template <class T>
T Loop::run(Task<T> task)
{
    using Slot = std::optional<std::conditional_t<std::is_void_v<T>, bool, T>>;
    Slot answer;
    std::exception_ptr thrown;
    bool done = false;
    const auto keep = [](Task<T> running, Slot& slot, std::exception_ptr& error, bool& end
                      ) -> Task<> {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await running;
            } else {
                auto given = co_await running;
                slot.emplace(std::move(given));
            }
        } catch (...) {
            error = std::current_exception();
        }
        end = true;
    };
    spawn(keep(std::move(task), answer, thrown, done));
    run_until(done);
    if (thrown) std::rethrow_exception(thrown);
    if constexpr (!std::is_void_v<T>) return std::move(*answer);
}

}  // namespace diorama
