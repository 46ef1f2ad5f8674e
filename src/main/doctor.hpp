#pragma once

#include "base/node.hpp"
#include "daemon/config.hpp"
#include "docker/engine.hpp"

namespace diorama {

/// What an operator should know about this machine: {"checks": [{"name", "well", "found",
/// "mend"}]}.
Task<Result<Node>> doctor_facts(Loop& loop, docker::Engine& engine, const Config& config);

}  // namespace diorama
