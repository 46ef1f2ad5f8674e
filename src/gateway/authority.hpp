#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace diorama::gateway {

/// The name in a Host field or an absolute target, without its port and final dot. Nothing when it
/// is not a plain host: user information, commas, blanks and escapes are how hosts get confused.
std::optional<std::string_view> host_of(std::string_view authority);

/// True when a segment of `path` is `.` or `..`, also when it is written with percent escapes, or
/// divided by a backslash or an escaped slash: an app that decodes the path could leave a prefix by
/// it.
bool has_dot_segments(std::string_view path);

}  // namespace diorama::gateway
