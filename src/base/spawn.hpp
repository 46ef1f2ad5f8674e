#pragma once

#include "base/error.hpp"
#include "base/scheduler.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What a command may use before it is killed. The time is real time: the child does not live in
/// the scheduler's.
struct CommandLimits {
    std::uint64_t output = 64ULL << 20;  ///< Bytes on stdout.
    std::uint64_t errors = 64ULL << 10;  ///< Bytes kept of stderr: the last ones.
    std::uint64_t file = 0;  ///< Bytes of any file it writes (RLIMIT_FSIZE); 0 is no limit.
    milliseconds time = minutes{1};
};

/// One program with exactly these words, these variables and these three streams. No shell reads
/// them, no variable and no descriptor of ours is handed on.
struct Command {
    std::vector<std::string> argv;  ///< The first is absolute, or a name found on `command_path`.
    std::map<std::string, std::string> environment;
    std::map<std::string, Secret> secrets;  ///< More variables, wiped here once the child has them.
    std::vector<std::string> inherited;     ///< Names of ours that it gets too, when they are set.
    std::filesystem::path directory = "/";
    std::string input;              ///< All of its stdin.
    bool errors_in_output = false;  ///< stderr goes where stdout goes, in the order of writing.
    CommandLimits limits;
    std::string package;  ///< What brings the program when it is missing; by default its name.
};

/// Where programs are looked for, whatever our own PATH says.
inline constexpr std::string_view command_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How a command ended. A failing command is an answer; Error is for one that could not run to its
/// end.
struct Finished {
    int exit_code = 0;
    int signal = 0;  ///< That ended it, or 0.
    std::string output;
    std::string errors;  ///< The end of its stderr.

    bool succeeded() const { return exit_code == 0 && signal == 0; }
};

/// Gets stdout as it comes, on the loop, in order, before the command is awaited.
using OutputSink = std::function<void(std::string_view chunk)>;

/// Runs `command` beside the loop. With a sink the chunks go there and `output` stays empty.
///
/// The command is a process group of its own and is over when its first process is: what that
/// left behind in the group is killed. On stop, time-out or too much output the group gets
/// SIGTERM, a second later SIGKILL. Either way it is reaped before this returns.
///
/// Fails with `invalid` (no such program or folder), `cancelled`, `timed_out` or `refused`
/// (output).
Task<Result<Finished>>
run_command(Scheduler& scheduler, Command command, std::stop_token stop = {}, OutputSink sink = {});

/// A running command whose streams stay open, to be fed and read in turns.
///
/// Every member but the destructor may block until the child answers, the command's time is over
/// or `stop` is asked: call them beside the loop (`blocking`), one at a time. The destructor kills
/// the group and reaps it.
class Process {
public:
    /// `command.input` is sent first; stdin stays open until `end_input`.
    static Result<std::unique_ptr<Process>> start(Command command, std::stop_token stop = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    /// Queues bytes for stdin. They are written while the process is read from.
    void send(std::string_view bytes);
    /// Closes stdin once all that was queued is written.
    void end_input();

    /// Appends what comes next on stdout, at most `most` bytes; 0 at its end.
    Result<std::size_t> read_some(std::string& into, std::size_t most);
    /// A line without its newline; one longer than `most` is refused.
    Result<std::string> read_line(std::size_t most);
    /// Exactly `count` bytes.
    Result<std::string> read_exactly(std::size_t count);

    /// Ends its input, drops the rest of its stdout and waits for its end. `output` is empty.
    Result<Finished> wait();

private:
    struct State;
    explicit Process(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace diorama
