#pragma once

#include "base/frame_store.hpp"

#include <coroutine>
#include <cstdlib>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace diorama {

template <class T>
class Task;

namespace detail {

struct TaskPromiseBase {
    std::coroutine_handle<> then = std::noop_coroutine();
    std::exception_ptr thrown;

    struct Final {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept
        {
            return done.promise().then;
        }
        void await_resume() const noexcept {}
    };

    static void* operator new(std::size_t bytes) { return take_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept
    {
        give_back_frame(frame, bytes);
    }

    std::suspend_always initial_suspend() const noexcept { return {}; }
    Final final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { thrown = std::current_exception(); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
    std::optional<T> value;

    Task<T> get_return_object();
    template <class U>
        requires std::convertible_to<U&&, T>
    void return_value(U&& answer)
    {
        value.emplace(std::forward<U>(answer));
    }
    T take()
    {
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*value);
    }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void take() const
    {
        if (thrown) std::rethrow_exception(thrown);
    }
};

}  // namespace detail

/// A coroutine that starts when it is awaited and runs on the thread that resumes it.
///
/// It knows no loop: what it awaits (Scheduler, net, the gateway's sockets) brings it back. That
/// is why the same code runs on Asio, on the gateway's epoll loop and in the simulation.
/// The task owns its frame; awaiting it twice, or dropping it half-way, is a bug of the caller.
template <class T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::TaskPromise<T>;
    using value_type = T;

    explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    Task& operator=(Task&& other) noexcept
    {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~Task()
    {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept
    {
        frame_.promise().then = caller;
        return frame_;
    }
    T await_resume() { return frame_.promise().take(); }

private:
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object()
{
    return Task<T>{std::coroutine_handle<TaskPromise<T>>::from_promise(*this)};
}

inline Task<void> TaskPromise<void>::get_return_object()
{
    return Task<void>{std::coroutine_handle<TaskPromise<void>>::from_promise(*this)};
}

/// A coroutine nobody waits for; it destroys itself. Only `spawn` and `TaskGroup` make one.
struct Detached {
    struct promise_type {
        Detached get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

}  // namespace detail

/// Starts `task` now and forgets it. An exception that leaves it ends the program: a task
/// started this way has its own door that catches accidents.
inline void spawn(Task<> task)
{
    [](Task<> running) -> detail::Detached { co_await running; }(std::move(task));
}

}  // namespace diorama
