#include "base/child.hpp"
#include "base/descriptor.hpp"
#include "base/spawn.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

namespace diorama {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;
constexpr int grace_milliseconds = 1000;

struct Ends {
    Descriptor ours;
    Descriptor theirs;
};

void make_nonblocking(const Descriptor& descriptor)
{
    ::fcntl(descriptor.number(), F_SETFL, ::fcntl(descriptor.number(), F_GETFL) | O_NONBLOCK);
}

/// A socket rather than a pipe: writing to a child that is gone is then an error, not a signal.
Ends make_input()
{
    int pair[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    Ends ends{
        {pair[1], "socketpair"},
        {pair[0], "socketpair"}
    };
    make_nonblocking(ends.ours);
    return ends;
}

Ends make_output()
{
    int pair[2] = {-1, -1};
    if (::pipe2(pair, O_CLOEXEC) < 0)
        throw std::system_error(errno, std::generic_category(), "pipe2");
    Ends ends{
        {pair[0], "pipe2"},
        {pair[1], "pipe2"}
    };
    make_nonblocking(ends.ours);
    return ends;
}

Descriptor make_timer(milliseconds time)
{
    Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), "timerfd_create");
    itimerspec due{};
    const auto span = std::max(time, milliseconds{1});
    due.it_value.tv_sec = static_cast<time_t>(span.count() / 1000);
    due.it_value.tv_nsec = static_cast<long>(span.count() % 1000 * 1'000'000);
    ::timerfd_settime(timer.number(), 0, &due, nullptr);
    return timer;
}

}  // namespace

struct Process::State {
    std::string program;
    CommandLimits limits;
    Descriptor input;
    Descriptor output;
    Descriptor errors;
    Descriptor child;  ///< Readable once the first process of the group ended.
    Descriptor timer;
    Descriptor stopped{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"};
    pid_t pid = -1;

    std::string unsent;
    std::size_t written = 0;  ///< Of `unsent`.
    bool input_ends = false;
    std::string ahead;  ///< Read from stdout, not yet given away.
    std::optional<Finished> finished;
    std::string kept_errors;
    std::optional<std::stop_callback<std::function<void()>>> on_stop;

    ~State()
    {
        on_stop.reset();
        if (pid > 0 && !finished) reap();
    }

    void listen(const std::stop_token& stop)
    {
        on_stop.emplace(stop, [number = stopped.number()] {
            const std::uint64_t one = 1;
            [[maybe_unused]] const auto written = ::write(number, &one, sizeof one);
        });
    }

    /// Waits until something happens, and does what can be done about it but reading stdout.
    Result<> wait_for_news();
    void feed();
    void drain_errors();
    /// Kills what is left of the group while its first process, even dead, still holds the
    /// number, then takes that one's status.
    void reap();
    Error end(Code code, std::string why);
};

void Process::State::feed()
{
    while (input.is_open() && written < unsent.size()) {
        const auto sent =
            ::send(input.number(), unsent.data() + written, unsent.size() - written, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (sent < 0) {  // The child reads no more; what it thinks of that is in its status.
            input_ends = true;
            break;
        }
        written += static_cast<std::size_t>(sent);
    }
    unsent.clear();
    written = 0;
    if (input_ends) input.close();
}

void Process::State::drain_errors()
{
    std::array<char, 4096> buffer{};
    while (errors.is_open()) {
        const auto count = ::read(errors.number(), buffer.data(), buffer.size());
        if (count < 0) return;
        if (count == 0) return errors.close();
        kept_errors.append(buffer.data(), static_cast<std::size_t>(count));
        if (kept_errors.size() > limits.errors)
            kept_errors.erase(0, kept_errors.size() - limits.errors);
    }
}

void Process::State::reap()
{
    ::kill(-pid, SIGKILL);
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED) < 0 && errno == EINTR) {
    }
    drain_errors();
    finished.emplace();
    (info.si_code == CLD_EXITED ? finished->exit_code : finished->signal) = info.si_status;
    finished->errors = kept_errors;
}

Error Process::State::end(Code code, std::string why)
{
    if (!finished) {
        ::kill(-pid, SIGTERM);
        pollfd leader{child.number(), POLLIN, 0};
        ::poll(&leader, 1, grace_milliseconds);
        reap();
    }
    return {code, std::move(why), ""};
}

Result<> Process::State::wait_for_news()
{
    const bool feeding = input.is_open() && (!unsent.empty() || input_ends);
    std::array<pollfd, 6> watched{
        {
         {stopped.number(), POLLIN, 0},
         {timer.number(), POLLIN, 0},
         {finished ? -1 : child.number(), POLLIN, 0},
         {errors.number(), POLLIN, 0},
         {output.number(), POLLIN, 0},
         {feeding ? input.number() : -1, POLLOUT, 0},
         }
    };
    if (::poll(watched.data(), watched.size(), finished ? 0 : -1) < 0 && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "poll");
    if (watched[0].revents) return end(Code::cancelled, fmt::format("'{}' was stopped", program));
    if (watched[1].revents) {
        const auto span = std::chrono::duration<double>(limits.time).count();
        return end(Code::timed_out, fmt::format("'{}' did not end within {} s", program, span));
    }
    if (watched[3].revents) drain_errors();
    if (watched[5].revents) feed();
    if (watched[2].revents) reap();
    return ok();
}

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}

Process::~Process() = default;

Result<std::unique_ptr<Process>> Process::start(Command command, std::stop_token stop)
{
    if (command.argv.empty()) throw std::logic_error("a command without a program");
    if (stop.stop_requested())
        return Error{Code::cancelled, fmt::format("'{}' was stopped", command.argv.front()), ""};
    Ends input = make_input();
    Ends output = make_output();
    Ends errors = make_output();
    auto state = std::make_unique<State>();
    state->timer = make_timer(command.limits.time);
    const Ends& said = command.errors_in_output ? output : errors;
    const auto pid =
        start_child(command, input.theirs.number(), output.theirs.number(), said.theirs.number());
    if (!pid) return pid.error();
    state->pid = *pid;
    state->child = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)), "pidfd_open");
    state->program = std::filesystem::path(command.argv.front()).filename();
    state->limits = command.limits;
    state->input = std::move(input.ours);
    state->output = std::move(output.ours);
    state->errors = std::move(errors.ours);
    state->unsent = std::move(command.input);
    state->listen(stop);
    return std::unique_ptr<Process>(new Process(std::move(state)));
}

void Process::send(std::string_view bytes)
{
    if (!state_->input_ends) state_->unsent.append(bytes);
}

void Process::end_input()
{
    state_->input_ends = true;
}

Result<std::size_t> Process::read_some(std::string& into, std::size_t most)
{
    State& state = *state_;
    if (!state.ahead.empty()) {
        const auto count = std::min(most, state.ahead.size());
        into.append(state.ahead, 0, count);
        state.ahead.erase(0, count);
        return count;
    }
    while (state.output.is_open()) {
        const auto news = state.wait_for_news();
        if (!news) return news.error();
        const auto before = into.size();
        into.resize(before + std::min(most, chunk_bytes));
        const auto count =
            ::read(state.output.number(), into.data() + before, into.size() - before);
        into.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count > 0) return static_cast<std::size_t>(count);
        // Whoever still holds the pipe of a command that ended has left its group: nobody waits for
        // it.
        if (count == 0 || state.finished) state.output.close();
    }
    return std::size_t{0};
}

Result<std::string> Process::read_line(std::size_t most)
{
    std::string line;
    for (;;) {
        const auto end = line.find('\n');
        if (end != std::string::npos) {
            state_->ahead.insert(0, line, end + 1);
            line.resize(end);
            return line;
        }
        if (line.size() > most) {
            return state_->end(
                Code::refused,
                fmt::format("'{}' wrote a line of over {} bytes", state_->program, most)
            );
        }
        const auto count = read_some(line, chunk_bytes);
        if (!count) return count.error();
        if (*count == 0)
            return Error{
                Code::unavailable, fmt::format("'{}' ended too early", state_->program), ""
            };
    }
}

Result<std::string> Process::read_exactly(std::size_t count)
{
    std::string bytes;
    bytes.reserve(count);
    while (bytes.size() < count) {
        const auto more = read_some(bytes, count - bytes.size());
        if (!more) return more.error();
        if (*more == 0)
            return Error{
                Code::unavailable, fmt::format("'{}' ended too early", state_->program), ""
            };
    }
    return bytes;
}

Result<Finished> Process::wait()
{
    end_input();
    std::string dropped;
    for (;;) {
        dropped.clear();
        const auto count = read_some(dropped, chunk_bytes);
        if (!count) return count.error();
        if (*count == 0) break;
    }
    while (!state_->finished) {
        const auto news = state_->wait_for_news();
        if (!news) return news.error();
    }
    return *state_->finished;
}

}  // namespace diorama
