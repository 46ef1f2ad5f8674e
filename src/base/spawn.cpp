#include "base/spawn.hpp"

#include "base/child.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sodium.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

namespace diorama {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

/// The variables of a child as execve wants them; wiped when it goes, for some are secrets.
class Environment {
public:
    explicit Environment(const Command& command)
    {
        for (const std::string& name : command.inherited) {
            if (const char* value = std::getenv(name.c_str())) add(name, value);
        }
        for (const auto& [name, value] : command.environment)
            add(name, value);
        for (const auto& [name, value] : command.secrets)
            add(name, value.reveal());
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment()
    {
        for (std::string& line : lines_)
            sodium_memzero(line.data(), line.size());
    }

    const std::vector<std::string>& lines() const { return lines_; }

private:
    void add(std::string_view name, std::string_view value)
    {
        std::string line;
        line.reserve(name.size() + value.size() + 1);
        line.append(name).append("=").append(value);
        lines_.push_back(std::move(line));
    }
    std::vector<std::string> lines_;
};

std::vector<char*> pointers(const std::vector<std::string>& lines)
{
    std::vector<char*> found;
    found.reserve(lines.size() + 1);
    for (const std::string& line : lines)
        found.push_back(const_cast<char*>(line.c_str()));
    found.push_back(nullptr);
    return found;
}

bool holds_nul(const std::vector<std::string>& lines)
{
    return std::ranges::any_of(lines, [](const auto& line) { return line.contains('\0'); });
}

Error missing_program(const Command& command, const std::string& program)
{
    const std::string& package = command.package.empty() ? program : command.package;
    return {
        Code::invalid,
        fmt::format("the program '{}' is not installed (looked in {})", program, command_path),
        fmt::format("Install it, on Debian with `apt-get install {}`.", package)
    };
}

/// The absolute path of a program, found on our own fixed path and no other.
Result<std::string> locate(const Command& command)
{
    const std::string& program = command.argv.front();
    if (program.starts_with('/')) {
        if (::access(program.c_str(), X_OK) == 0) return program;
        return missing_program(command, program);
    }
    if (program.contains('/'))
        return Error{
            Code::invalid, fmt::format("'{}' is neither a name nor an absolute path", program), ""
        };
    for (std::size_t from = 0; from < command_path.size();) {
        const auto end = std::min(command_path.find(':', from), command_path.size());
        const std::string path =
            fmt::format("{}/{}", command_path.substr(from, end - from), program);
        if (::access(path.c_str(), X_OK) == 0) return path;
        from = end + 1;
    }
    return missing_program(command, program);
}

/// What the child does between being made and being the program.
class Preparation {
public:
    Preparation(const Command& command, int input, int output, int errors)
    {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        ::posix_spawn_file_actions_addchdir_np(&actions_, command.directory.c_str());

        ::posix_spawnattr_init(&attributes_);
        constexpr short flags =
            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        ::posix_spawnattr_setflags(&attributes_, flags);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        ::sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    }
    Preparation(const Preparation&) = delete;
    Preparation& operator=(const Preparation&) = delete;
    ~Preparation()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

Error refused_by_kernel(const Command& command, int error)
{
    const bool for_ever = error == E2BIG || error == EACCES || error == ENOEXEC || error == ENOENT;
    return {
        for_ever ? Code::invalid : Code::unavailable,
        fmt::format(
            "the program '{}' cannot be started: {}", command.argv.front(), std::strerror(error)
        ),
        ""
    };
}

}  // namespace

Result<pid_t> start_child(const Command& command, int input, int output, int errors)
{
    const auto program = locate(command);
    if (!program) return program.error();
    if (!std::filesystem::is_directory(command.directory)) {
        return Error{
            Code::invalid,
            fmt::format(
                "the folder {} to run '{}' in does not exist", command.directory.string(), *program
            ),
            ""
        };
    }
    const Environment environment(command);
    if (holds_nul(command.argv) || holds_nul(environment.lines()))
        return Error{Code::invalid, fmt::format("a word for '{}' holds a NUL byte", *program), ""};

    const Preparation preparation(command, input, output, errors);
    pid_t pid = -1;
    const int error = ::posix_spawn(
        &pid,
        program->c_str(),
        &preparation.actions_,
        &preparation.attributes_,
        pointers(command.argv).data(),
        pointers(environment.lines()).data()
    );
    if (error != 0) return refused_by_kernel(command, error);
    if (command.limits.file > 0) {
        const rlimit limit{command.limits.file, command.limits.file};
        ::prlimit(pid, RLIMIT_FSIZE, &limit, nullptr);
    }
    return pid;
}

namespace {

Result<Finished> run_here(Command command, const std::stop_token& stop, const OutputSink& sink)
{
    const auto program = command.argv.empty() ? std::string() : command.argv.front();
    const auto most = command.limits.output;
    auto process = Process::start(std::move(command), stop);
    if (!process) return process.error();
    (*process)->end_input();

    std::string output;
    std::uint64_t total = 0;
    for (;;) {
        const auto count = (*process)->read_some(output, chunk_bytes);
        if (!count) return count.error();
        if (*count == 0) break;
        total += *count;
        if (total > most) {
            return Error{
                Code::refused,
                fmt::format("'{}' wrote more than {} bytes and was ended", program, most),
                ""
            };
        }
        if (sink) sink(std::exchange(output, {}));
    }
    auto finished = (*process)->wait();
    if (finished) finished->output = std::move(output);
    return finished;
}

}  // namespace

Task<Result<Finished>>
run_command(Scheduler& scheduler, Command command, std::stop_token stop, OutputSink sink)
{
    OutputSink posted;
    if (sink) {
        const auto shared = std::make_shared<OutputSink>(std::move(sink));
        posted = [&scheduler, shared](std::string_view chunk) {
            scheduler.post([shared, text = std::string(chunk)] { (*shared)(text); });
        };
    }
    const auto work = [&] { return run_here(std::move(command), stop, posted); };
    auto finished = co_await blocking(scheduler, work);
    if (posted) co_await yield(scheduler);  // Behind the last chunk.
    co_return finished;
}

}  // namespace diorama
