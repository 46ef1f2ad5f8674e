#pragma once

#include "cli/api_client.hpp"
#include "cli/arguments.hpp"
#include "cli/cli.hpp"
#include "cli/output.hpp"
#include "net/loop.hpp"

#include <string>

namespace diorama::cli {

/// What a verb works with, for the length of one command.
struct Session {
    const CliWorld& world;
    const Arguments& arguments;
    Loop& loop;
    ApiClient& api;
    const Output& output;

    void say(std::string_view line) const { world.err(std::string(line) + "\n"); }
    /// The one word the verb takes, an environment or an id.
    const std::string& word() const { return arguments.words.front(); }
};

}  // namespace diorama::cli
