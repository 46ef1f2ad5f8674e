#pragma once

#include "docker/engine.hpp"
#include "driver/driver.hpp"

namespace diorama {

/// Lays `contents` into a container that has not been started yet. Folders that are missing on the
/// way to a target are made. A volume is seeded once: a mark of ours, left in it, says that it
/// was, so that a try that died half-way is repeated and data written since is not.
Task<Result<>> fill(
    docker::Engine& engine,
    std::string container,
    std::vector<Content> contents,
    std::stop_token stop
);

/// The mark, a file in the volume's root.
inline constexpr std::string_view seed_mark = ".diorama-seeded";

}  // namespace diorama
