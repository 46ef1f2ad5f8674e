#pragma once

#include "base/node.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// What `diorama serve` was told; the rest is diorama.toml's and the environment's.
struct ServeArguments {
    std::optional<std::string> config;  ///< The file; the usual places otherwise.
    std::optional<std::string> data;    ///< The folder of everything the daemon keeps.
};

/// All the command line may touch of the machine, so that tests can play it. What is empty is not
/// called: `serve` by other verbs, `ask` without a terminal,
/// `checks` while a daemon answers.
struct CliWorld {
    using Write = std::function<bool(std::string_view text)>;

    Write out;  ///< stdout, for data; false when nobody reads it any more.
    Write err;  ///< stderr, for talk.
    std::function<std::optional<std::string>()> ask;  ///< A line of stdin; nothing at its end.
    std::function<std::optional<std::string>(const std::string& name)> environment;
    bool in_is_terminal = false;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool is_root = false;
    std::filesystem::path directory;  ///< Where it was called.
    std::string version;
    std::function<int(ServeArguments)> serve;  ///< Wired in main: the daemon is another room.
    std::function<Node::List()> checks;        ///< Of this machine, where no daemon can make them.
};

/// The command line: finds the verb, runs it, and answers its exit code (`cli/exit_code.hpp`).
int run_cli(int argc, char** argv, CliWorld world);

}  // namespace diorama
