#pragma once

#include "base/task.hpp"
#include "model/files.hpp"
#include "model/plan.hpp"
#include "model/policy.hpp"

#include <map>
#include <set>
#include <stop_token>
#include <string>

namespace diorama {

/// What the reader may know beside the commit. Nothing of the daemon's own environment.
struct ManifestOptions {
    std::string path;  ///< The manifest; empty: the usual names are tried in their order.
    std::string name =
        "app";  ///< What the repository is called; names the service of a Dockerfile.
    std::map<std::string, std::string> variables;  ///< For interpolation; they win over `.env`.
    std::set<std::string> profiles;                ///< Services of other profiles stay off.
    Policy policy;

    std::uint64_t file_bytes = 512U << 10;  ///< The largest file that is read.
    std::uint64_t total_bytes = 2U << 20;   ///< All files together.
    std::size_t file_count = 64;            ///< How many files one manifest may lead to.
};

/// Reads what a commit asks for: `diorama.yaml`, else the Compose file with its override, else a
/// `Dockerfile` alone. The plan is complete, clamped to the policy and judged by it.
///
/// All that is wrong is told at once: the error's message has a line for each problem,
/// `compose.yaml:12:7: what is wrong. How to mend it.` Its code is `refused` when a policy of this
/// installation says no, `invalid` when a file is wrong, `not_found` when there is no manifest,
/// else what `files` answered.
///
/// `files` outlives the task.
Task<Result<Plan>> read_manifest(Files& files, ManifestOptions options);

}  // namespace diorama
