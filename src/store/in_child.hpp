#pragma once

#include <array>
#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace diorama {

/// Runs `work` in a child process, whose limits and mounts are its own, and answers what it says.
inline std::string in_child(const std::function<std::string()>& work)
{
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
    std::fflush(nullptr);  // Or the child would print it again.
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) {
        ::close(pipe[0]);
        std::string said;
        try {
            said = work();
        } catch (const std::exception& error) {
            said = std::string("it threw: ") + error.what();
        }
        const bool whole = ::write(pipe[1], said.data(), said.size()) == ssize_t(said.size());
        ::_exit(whole ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string said;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = ::read(pipe[0], part.data(), part.size())) > 0;)
        said.append(part.data(), static_cast<std::size_t>(got));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status)) said += " (killed)";
    return said;
}

}  // namespace diorama
