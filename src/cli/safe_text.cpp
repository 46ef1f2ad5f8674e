#include "cli/safe_text.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama::cli {

namespace {

constexpr std::size_t longest_line = 64U << 10U;
constexpr std::size_t longest_colour = 32;

/// The length of the colour that `text` begins with: ESC [ digits and semicolons m.
std::size_t colour_length(std::string_view text)
{
    if (!text.starts_with("\x1b[")) return 0;
    const auto end = text.find_first_not_of("0123456789;", 2);
    const bool colour = end != std::string_view::npos && text[end] == 'm' && end < longest_colour;
    return colour ? end + 1 : 0;
}

}  // namespace

std::string safe_line(std::string_view text, bool colours)
{
    std::string safe;
    bool coloured = false;
    text = text.substr(0, longest_line);
    while (!text.empty()) {
        if (const auto length = colour_length(text)) {
            if (colours) safe += text.substr(0, length);
            coloured = colours;
            text.remove_prefix(length);
        } else if (text.front() == '\t') {
            safe += '\t';
            text.remove_prefix(1);
        } else {
            // An ESC that begins no colour is taken into the plain part, and shown there.
            const auto plain = text.substr(0, text.find_first_of("\t\x1b", 1));
            safe += display(plain, 16 * longest_line);
            text.remove_prefix(plain.size());
        }
    }
    if (coloured) safe += "\x1b[0m";
    return safe;
}

std::string safe_lines(std::string_view text)
{
    std::string safe;
    for (const std::string_view line : split(text, '\n')) {
        if (!safe.empty()) safe += '\n';
        safe += safe_line(line, false);
    }
    return safe;
}

std::size_t width(std::string_view text)
{
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

std::string pad(std::string_view text, std::size_t columns, bool right)
{
    const std::string blanks(columns - std::min(columns, width(text)), ' ');
    return right ? blanks + std::string(text) : std::string(text) + blanks;
}

}  // namespace diorama::cli
