#pragma once

#include "docker/engine.hpp"
#include "driver/values.hpp"

namespace diorama {

/// A bridge network without published ports, its bridge named so that the packet filter sees it.
docker::NetworkConfig network_config(const NetworkIntent& intent, std::string_view bridges);

}  // namespace diorama
