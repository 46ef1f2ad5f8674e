#pragma once

#include "base/error.hpp"
#include "docker/container.hpp"

#include <string_view>

/// The Engine's answers about containers, as values.
namespace diorama::docker {

Result<Container> read_container(std::string_view body, std::string_view tried);
Result<std::vector<ContainerSummary>>
read_containers(std::string_view body, std::string_view tried);
Result<Stats> read_stats(std::string_view body, std::string_view tried);

}  // namespace diorama::docker
