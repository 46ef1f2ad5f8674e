#pragma once

#include "base/error.hpp"
#include "daemon/read_config.hpp"

#include <filesystem>

namespace diorama {

/// Where the daemon keeps its things unless told otherwise: /var/lib/diorama for root, else
/// $XDG_STATE_HOME/diorama or ~/.local/state/diorama.
std::filesystem::path default_data_folder(const Lookup& environment);

/// Its owner's alone. `unavailable` where it cannot be.
Result<> make_folder(const std::filesystem::path& folder);

/// Whether the disk of `folder` has room for what the daemon has to write.
bool has_room(const std::filesystem::path& folder);

}  // namespace diorama
