#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string_view>

namespace diorama {

/// Writes `text` to `file` with mode 0600, whole or not at all, whatever stood there before; it is
/// on the disk when this returns. The folder must exist. `unavailable` with the system's words.
Result<> write_private(const std::filesystem::path& file, std::string_view text);

}  // namespace diorama
