#pragma once

#include "driver/driver.hpp"
#include "model/files.hpp"

#include <functional>
#include <string>

namespace diorama {

/// Files of a commit on their way into a container.
struct Packed {
    std::string identity;  ///< Equal for equal content at an equal place.
    std::string target;    ///< The folder in the container the archive is unpacked in.
    bool folder = false;   ///< A folder of the commit; else one file.
    std::function<Chunks()> open;
};

/// Packs what `mount` names as a tar. A folder lands below the mount's target, a file becomes the
/// target. Links come along as links: they lead only where the container lets them.
///
/// `not_found` when the commit has no such path, `refused` when it is larger than `content_limit`.
/// `files` must outlive what `open` gives.
Result<Packed> pack(const ContentMount& mount, Files& files);

/// What one mount may copy into a container.
inline constexpr std::uint64_t content_limit = 256ULL << 20;

/// A service's name as part of a variable's: `my-api` → `MY_API`.
std::string variable_name(std::string_view service);

}  // namespace diorama
