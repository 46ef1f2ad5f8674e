#include "cli/cli.hpp"
#include "main/doctor.hpp"
#include "main/serve.hpp"
#include "main/version.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace diorama {

namespace {

CliWorld::Write writer(std::FILE* stream)
{
    return [stream](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stream);
        return std::fflush(stream) == 0;
    };
}

std::optional<std::string> ask()
{
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
}

std::optional<std::string> variable(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return value;
}

/// The command line's view of this process.
CliWorld world()
{
    return {
        .out = writer(stdout),
        .err = writer(stderr),
        .ask = ask,
        .environment = variable,
        .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
        .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
        .is_root = ::geteuid() == 0,
        .directory = std::filesystem::current_path(),
        .version = std::string(version),
        .serve = serve,
        .checks = checks_without_daemon
    };
}

}  // namespace

}  // namespace diorama

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);  // A reader that went away is an answer of write(2).
    try {
        return diorama::run_cli(argc, argv, diorama::world());
    } catch (const std::exception& accident) {
        std::cerr << "diorama: " << accident.what() << '\n';
        return 1;
    }
}
