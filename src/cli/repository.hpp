#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "cli/cli.hpp"
#include "net/loop.hpp"

#include <optional>
#include <string>

namespace diorama::cli {

/// What `up` is about.
struct Repository {
    std::string address;  ///< A URL, or an absolute path for a daemon on this machine.
    std::string branch;   ///< Checked out there; empty when unknown, or for a URL.
};

/// The repository that `given` names: a URL, or a folder in a work tree. Without it, the work tree
/// we stand in: by the URL of its remote `origin`, which a daemon anywhere can fetch, else by its
/// path. Never answers a password that someone wrote into a URL.
Task<Result<Repository>>
find_repository(Loop& loop, const CliWorld& world, std::optional<std::string> given);

}  // namespace diorama::cli
