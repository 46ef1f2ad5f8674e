#pragma once

#include <string>
#include <string_view>

/// Texts of strangers (an app's lines, a compose file's words in an error) on their way to a
/// terminal: `display` of base/unicode.hpp for what has more to it than one short line.
namespace diorama::cli {

/// A line an app wrote. Tabs stay; colours (ECMA-48 SGR) stay when `colours`, and end with the
/// line, otherwise they are dropped; every other control is shown instead of obeyed.
std::string safe_line(std::string_view text, bool colours);

/// A text of several lines, each of them made safe.
std::string safe_lines(std::string_view text);

/// How many characters wide a text is that was made safe.
std::size_t width(std::string_view text);

/// `text` and blanks up to `columns`; on its left when `right`.
std::string pad(std::string_view text, std::size_t columns, bool right = false);

}  // namespace diorama::cli
