#pragma once

#include "base/node.hpp"
#include "docker/container_config.hpp"

namespace diorama::docker {

/// The body of POST /containers/create for an engine that speaks 1.`api_minor`. What the
/// configuration leaves out keeps the image's or the Engine's default, except: private IPC
/// and cgroup namespaces, no network unless one is named, and no swap beyond the memory.
Node create_body(const ContainerConfig& config, int api_minor);

}  // namespace diorama::docker
