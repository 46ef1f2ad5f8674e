#include "net/loop.hpp"

#include "net/loop_descriptor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <csignal>

namespace diorama {

namespace asio = boost::asio;

struct Loop::Core {
    explicit Core(std::size_t threads) : pool(threads) {}

    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    asio::signal_set signals{context};
    std::function<void(int)> on_signal;
    asio::thread_pool pool;

    void await_signal()
    {
        signals.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error) return;
            on_signal(signal);
            await_signal();
        });
    }
};

namespace {

/// A cancelled timer may already stand in the queue: `live` tells the handler that nobody waits.
class LoopTimer final : public Scheduler::Timer {
public:
    LoopTimer(asio::io_context& context, milliseconds delay, std::function<void()> work)
        : timer_(context, std::max(delay, milliseconds{0}))
    {
        timer_.async_wait([live = live_,
                           call = std::move(work)](const boost::system::error_code& error) {
            if (!error && *live) call();
        });
    }
    ~LoopTimer() override { *live_ = false; }

private:
    asio::steady_timer timer_;
    std::shared_ptr<bool> live_ = std::make_shared<bool>(true);
};

}  // namespace

Loop::Loop(std::size_t threads) : core_(std::make_unique<Core>(threads))
{
    // A peer that went away is an error of the write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
}

Loop::~Loop()
{
    core_->pool.join();
}

Instant Loop::now() const
{
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

void Loop::post(std::function<void()> work)
{
    asio::post(core_->context, std::move(work));
}

std::unique_ptr<Scheduler::Timer> Loop::after(milliseconds delay, std::function<void()> work)
{
    return std::make_unique<LoopTimer>(core_->context, delay, std::move(work));
}

void Loop::beside(std::function<void()> work, std::function<void()> done)
{
    asio::post(core_->pool, [this, call = std::move(work), then = std::move(done)]() mutable {
        call();
        post(std::move(then));
    });
}

void Loop::run()
{
    core_->context.restart();
    core_->context.run();
}

void Loop::stop()
{
    core_->context.stop();
}

void Loop::run_until(const bool& done)
{
    core_->context.restart();
    while (!done && core_->context.run_one() != 0) {
    }
    if (!done) throw std::logic_error("the loop was stopped before its task ended");
}

void Loop::on_signal(std::function<void(int)> work)
{
    core_->on_signal = std::move(work);
    core_->signals.add(SIGINT);
    core_->signals.add(SIGTERM);
    core_->await_signal();
}

struct LoopDescriptor::State {
    asio::posix::stream_descriptor handle;
};

namespace {

struct Ready {
    asio::posix::stream_descriptor& handle;
    asio::posix::stream_descriptor::wait_type kind;
    bool ready = false;

    bool await_ready() const { return !handle.is_open(); }
    void await_suspend(std::coroutine_handle<> caller)
    {
        handle.async_wait(kind, [this, caller](const boost::system::error_code& error) {
            ready = !error;
            caller.resume();
        });
    }
    bool await_resume() const noexcept { return ready; }
};

}  // namespace

LoopDescriptor::LoopDescriptor(Loop& loop, int fd)
    : state_(new State{asio::posix::stream_descriptor(loop.core().context, fd)}),
      fd_(fd)
{}

LoopDescriptor::~LoopDescriptor() = default;

Task<bool> LoopDescriptor::readable()
{
    Ready wait{state_->handle, asio::posix::stream_descriptor::wait_read};
    co_return co_await wait;
}

Task<bool> LoopDescriptor::writable()
{
    Ready wait{state_->handle, asio::posix::stream_descriptor::wait_write};
    co_return co_await wait;
}

void LoopDescriptor::close()
{
    fd_ = -1;
    boost::system::error_code error;  // Linux has closed it whatever it says.
    [[maybe_unused]] const auto ignored = state_->handle.close(error);
}

}  // namespace diorama
