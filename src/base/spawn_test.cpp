#include "base/fake_scheduler.hpp"
#include "base/spawn.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace diorama;

namespace {

Result<Finished> finish(Command command, std::stop_token stop = {}, OutputSink sink = {})
{
    FakeScheduler scheduler;
    return scheduler.run(run_command(scheduler, std::move(command), stop, std::move(sink)));
}

Command python(std::string program)
{
    return {
        .argv = {"python3", "-c", std::move(program)}
    };
}

/// Dead, or only waiting for a parent to notice.
bool is_gone(pid_t pid)
{
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    if (!std::getline(file, line)) return true;
    return line[line.rfind(')') + 2] == 'Z';
}

void wait_until(const std::function<bool()>& holds)
{
    for (int turn = 0; turn < 2000 && !holds(); ++turn)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    CHECK(holds());
}

/// A command whose own child waits for ever; it prints that child's process id.
const std::string parent_of_sleeper = "import subprocess, sys\n"
                                      "child = subprocess.Popen(['sleep', '1000'])\n"
                                      "print(child.pid, flush=True)\n";

}  // namespace

TEST_CASE("SEC-03 every character of a word arrives as it was, for no shell reads it")
{
    const std::vector<std::string> words{
        "; touch pwned",
        "$(id)",
        "`id`",
        "a|b&c>d<e",
        "*?[x]~",
        "'\"\\",
        "--option=$HOME",
        "line\nbreak\ttab",
        "",
        "\xff\xfe\x01",
        "{a,b}",
        "!!",
        "%s%n",
        std::string(100'000, 'x')
    };
    Command command{
        .argv = {"printf", "<%s>"}
    };
    std::string wanted;
    for (const auto& word : words) {
        command.argv.push_back(word);
        wanted += "<" + word + ">";
    }
    const auto answer = finish(command);
    REQUIRE(answer.has_value());
    CHECK(answer->succeeded());
    CHECK(answer->output == wanted);
}

TEST_CASE("a command gets the variables it was given and none of ours")
{
    ::setenv("DIORAMA_TEST_OURS", "ours", 1);
    Command command{.argv = {"env"}};
    command.environment = {
        {"PLAIN", "a b"}
    };
    command.secrets.emplace("TOKEN", Secret("hush"));
    CHECK(finish(command)->output == "PLAIN=a b\nTOKEN=hush\n");
    command.inherited = {"DIORAMA_TEST_OURS", "DIORAMA_TEST_UNSET"};
    CHECK(finish(command)->output == "DIORAMA_TEST_OURS=ours\nPLAIN=a b\nTOKEN=hush\n");
    ::unsetenv("DIORAMA_TEST_OURS");
}

TEST_CASE("a command inherits no descriptor, not even one that is not closed on exec")
{
    const int leak = ::open("/dev/null", O_RDONLY);
    REQUIRE(::dup2(leak, 77) == 77);
    const auto answer = finish(python("import os; print(sorted(os.listdir('/proc/self/fd')))"));
    ::close(77);
    ::close(leak);
    CHECK(answer->output == "['0', '1', '2', '3']\n");  // 3 is the folder being listed.
}

TEST_CASE("a command starts with no signal blocked or ignored")
{
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    const auto blocked_there = finish({
        .argv = {"grep", "SigBlk", "/proc/self/status"}
    });
    const auto ignored_there = finish({
        .argv = {"grep", "SigIgn", "/proc/self/status"}
    });
    ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    CHECK(blocked_there->output == "SigBlk:\t0000000000000000\n");
    // The C library keeps 32 and 33 to itself: they are above what is looked at.
    CHECK((std::stoull(ignored_there->output.substr(8), nullptr, 16) & 0x7fffffffU) == 0);
}

TEST_CASE("the status of a command is an answer, with the end of what it complained of")
{
    auto failing = python("import sys; sys.stderr.write('x' * 200000 + 'the cause'); sys.exit(3)");
    failing.limits.errors = 100;
    const auto answer = finish(failing);
    REQUIRE(answer.has_value());
    CHECK(answer->exit_code == 3);
    CHECK_FALSE(answer->succeeded());
    CHECK(answer->errors.size() == 100);
    CHECK(answer->errors.ends_with("the cause"));

    const auto killed = finish(python("import os; os.kill(os.getpid(), 9)"));
    CHECK(killed->signal == SIGKILL);
    CHECK_FALSE(killed->succeeded());
}

TEST_CASE("what a command complains of may come between what it says")
{
    auto program = python(
        "import os; os.write(1, b'said '); os.write(2, b'complained '); os.write(1, b'said more')"
    );
    program.errors_in_output = true;
    const auto answer = finish(program);
    REQUIRE(answer.has_value());
    CHECK(answer->output == "said complained said more");
    CHECK(answer->errors.empty());
}

TEST_CASE("input larger than any pipe goes through and comes back")
{
    Command command{.argv = {"cat"}};
    for (int i = 0; command.input.size() < (8U << 20); ++i)
        command.input += std::to_string(i);
    const auto answer = finish(command);
    REQUIRE(answer.has_value());
    CHECK((answer->output == command.input));
}

TEST_CASE("a command that does not read its input is no accident")
{
    Command command{.argv = {"true"}};
    command.input.assign(8U << 20, 'x');
    CHECK(finish(command)->succeeded());
}

TEST_CASE("a command that talks without end is ended at its limit")
{
    Command command{.argv = {"yes"}};
    command.limits.output = 100'000;
    CHECK(finish(command).error().code == Code::refused);
}

TEST_CASE("a command cannot write a file over its limit")
{
    const auto path = fmt::format("/tmp/diorama-spawn-{}", ::getpid());
    auto command = python(fmt::format(
        "import sys, time\n"
        "file = open('{}', 'wb', buffering=0)\n"
        "while True: file.write(b'x' * 4096)\n",
        path
    ));
    command.limits.file = 1U << 20;
    const auto answer = finish(command);
    REQUIRE(answer.has_value());
    CHECK_FALSE(answer->succeeded());
    CHECK(std::filesystem::file_size(path) == (1U << 20));
    std::filesystem::remove(path);
}

TEST_CASE("a command over its time is killed with everything it started")
{
    auto command = python(parent_of_sleeper + "child.wait()");
    command.limits.time = seconds{1};
    pid_t grandchild = 0;
    const auto answer = finish(command, {}, [&](std::string_view text) {
        grandchild = std::stoi(std::string(text));
    });
    CHECK(answer.error().code == Code::timed_out);
    REQUIRE(grandchild > 0);
    wait_until([&] { return is_gone(grandchild); });
}

TEST_CASE("a command that ignores the request to end is killed all the same")
{
    auto command = python("import signal, time\n"
                          "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                          "time.sleep(1000)\n");
    command.limits.time = milliseconds{300};
    CHECK(finish(command).error().code == Code::timed_out);
}

TEST_CASE("a stop asked by another thread ends the command")
{
    std::stop_source source;
    std::jthread stopper([&] { source.request_stop(); });
    const auto answer = finish(
        {
            .argv = {"sleep", "1000"}
    },
        source.get_token()
    );
    CHECK(answer.error().code == Code::cancelled);
    CHECK(finish({.argv = {"true"}}, source.get_token()).error().code == Code::cancelled);
}

TEST_CASE("what a command leaves running is killed when it ends, and its pipe is not waited for")
{
    const auto answer = finish(python(parent_of_sleeper));
    REQUIRE(answer.has_value());
    CHECK(answer->succeeded());
    const pid_t left = std::stoi(answer->output);
    wait_until([&] { return is_gone(left); });
}

TEST_CASE("a missing program says which, where it was looked for and what brings it")
{
    auto error = finish({.argv = {"no-such-program"}, .package = "some-package"}).error();
    CHECK(error.code == Code::invalid);
    CHECK(error.message.contains("no-such-program"));
    CHECK(error.mend.contains("apt-get install some-package"));
    CHECK(finish({.argv = {"/no/such/program"}}).error().code == Code::invalid);
    CHECK(finish({.argv = {"./true"}}).error().code == Code::invalid);
    CHECK(finish({.argv = {"true"}, .directory = "/no/such/folder"}).error().code == Code::invalid);
    CHECK(
        finish({
                   .argv = {"echo", std::string("a\0b", 3)}
    })
            .error()
            .code == Code::invalid
    );
}

TEST_CASE("a program is found on the fixed path, whatever our own says")
{
    const std::string before = ::getenv("PATH");
    ::setenv("PATH", "/nowhere", 1);
    CHECK(finish({.argv = {"true"}})->succeeded());
    ::setenv("PATH", before.c_str(), 1);
}

TEST_CASE("a sink gets all output in order before the command is over")
{
    std::string seen;
    const auto answer = finish(
        {
            .argv = {"seq", "200000"}
    },
        {},
        [&](std::string_view text) { seen += text; }
    );
    CHECK(answer->output.empty());
    CHECK(seen.starts_with("1\n2\n3\n"));
    CHECK(seen.ends_with("\n200000\n"));
    CHECK(seen.size() == 1'288'895);
}

TEST_CASE("a process is fed and read in turns until its input ends")
{
    auto process = Process::start({.argv = {"cat"}, .input = "first\n"});
    REQUIRE(process.has_value());
    CHECK(*(*process)->read_line(100) == "first");
    (*process)->send("second\nthi");
    CHECK(*(*process)->read_line(100) == "second");
    (*process)->send("rd");
    CHECK(*(*process)->read_exactly(5) == "third");
    (*process)->end_input();
    CHECK((*process)->read_exactly(1).error().code == Code::unavailable);
    CHECK((*process)->wait()->succeeded());
}

TEST_CASE("a line longer than allowed is refused")
{
    auto process = Process::start({.argv = {"cat"}, .input = std::string(1000, 'x')});
    REQUIRE(process.has_value());
    CHECK((*process)->read_line(100).error().code == Code::refused);
}

TEST_CASE("a process nobody needs any more is killed and reaped")
{
    pid_t child = 0;
    {
        auto process = Process::start(python(parent_of_sleeper + "child.wait()"));
        REQUIRE(process.has_value());
        child = std::stoi(*(*process)->read_line(100));
    }
    wait_until([&] { return is_gone(child); });
}
