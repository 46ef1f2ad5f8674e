#pragma once

#include "api/context.hpp"
#include "base/node.hpp"
#include "daemon/config.hpp"
#include "docker/engine.hpp"
#include "driver/facts.hpp"

#include <filesystem>

namespace diorama {

/// What an operator should know about this machine, as the daemon sees it: {"checks": [{"name",
/// "well", "found", "mend"}]}. What is well may have a mend too: it could be better.
Task<Result<Node>>
doctor_facts(Loop& loop, docker::Engine& engine, const Config& config, Machine::Filter filter);

/// How full the disk of `folder` is; nothing when nobody can tell.
std::optional<api::Disk> disk_of(const std::filesystem::path& folder);

/// The same checks where no daemon runs, and whether its ports are free.
Node::List checks_without_daemon();

}  // namespace diorama
