#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// ASCII only: bytes above 127 are left alone, whatever the locale says.
std::string lower(std::string_view text);

/// Without the blanks (space, tab, CR, LF) at both ends. A view into `text`.
std::string_view trim(std::string_view text);

/// The parts between `separator`s, empty ones too: "a,,b" gives three. Views into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The parts with `separator` between them.
std::string join(std::span<const std::string> parts, std::string_view separator);

/// The one of `names` that `wrong` was likely meant to be: at most a third of its letters differ,
/// case aside, by optimal string alignment distance (insert, drop, replace, swap two neighbours).
/// The first wins a tie.
std::optional<std::string> nearest(std::string_view wrong, std::span<const std::string_view> names);

}  // namespace diorama
