#include "forge/markdown.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama::markdown {

namespace {

constexpr std::size_t line_limit = 500;

/// Of no width. Mentions and references are looked for after the markup is read, so that no
/// backslash keeps them from working.
constexpr std::string_view apart = "&#8203;";

std::size_t longest_run(std::string_view text, char wanted)
{
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == wanted ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

/// Without the sequences that colour a terminal (ECMA-48 SGR).
std::string without_colours(std::string_view line)
{
    std::string plain;
    while (!line.empty()) {
        const auto end = line.starts_with("\x1b[") ? line.find_first_not_of("0123456789;:", 2)
                                                   : std::string::npos;
        if (end != std::string_view::npos && line[end] == 'm') {
            line.remove_prefix(end + 1);
            continue;
        }
        plain += line.front();
        line.remove_prefix(1);
    }
    return plain;
}

/// "GH-7" is a reference as "#7" is.
bool ends_in_gh(std::string_view text)
{
    return text.size() > 1 && lower(text.substr(text.size() - 2)) == "gh";
}

bool is_plain_address(std::string_view url)
{
    if (url.size() > 300) return false;
    if (!url.starts_with("https://") && !url.starts_with("http://")) return false;
    return std::ranges::all_of(url, [](char c) {
        return c > ' ' && c < '\x7f' &&
               std::string_view("<>()[]{}|`\\\"'^@*").find(c) == std::string::npos;
    });
}

}  // namespace

std::string prose(std::string_view text, std::size_t limit)
{
    constexpr std::string_view punctuation = "\\`*_{}[]()+-.!~:=\"'$^/";
    std::string safe;
    for (const char c : display(text, limit)) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '|': safe += "&#124;"; break;
            case '@': safe.append("@").append(apart); break;
            case '#': safe.append("#").append(apart); break;
            case '-': safe += ends_in_gh(safe) ? fmt::format("-{}", apart) : "\\-"; break;
            default:
                if (punctuation.find(c) != std::string_view::npos) safe += '\\';
                safe += c;
        }
    }
    return safe;
}

std::string code(std::string_view text, std::size_t limit)
{
    const auto shown = display(text, limit);
    if (shown.empty()) return {};
    const std::string ticks(longest_run(shown, '`') + 1, '`');
    const bool padded = shown.starts_with('`') || shown.ends_with('`') ||
                        (shown.starts_with(' ') && shown.ends_with(' '));
    const std::string_view pad = padded ? " " : "";
    return fmt::format("{}{}{}{}{}", ticks, pad, shown, pad, ticks);
}

std::string fence(std::string_view language, std::string_view lines)
{
    std::string shown;
    for (const auto line : split(lines, '\n'))
        shown.append(display(without_colours(line), line_limit)).append("\n");
    const std::string ticks(std::max<std::size_t>(3, longest_run(shown, '`') + 1), '`');
    return fmt::format("{}{}\n{}{}", ticks, language, shown, ticks);
}

std::string address(std::string_view url)
{
    return is_plain_address(url) ? fmt::format("<{}>", url) : prose(url, cell_limit);
}

std::string linked(std::string_view text, std::string_view url)
{
    return is_plain_address(url) ? fmt::format("[{}](<{}>)", code(text), url) : code(text);
}

}  // namespace diorama::markdown
