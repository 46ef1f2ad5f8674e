#include "base/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace diorama {

namespace {

template <std::size_t n>
bool is_one_of(std::string_view text, const std::array<std::string_view, n>& words)
{
    return std::ranges::find(words, text) != words.end();
}

constexpr std::array<std::string_view, 5> nulls{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> trues{"true", "True", "TRUE"};
constexpr std::array<std::string_view, 3> falses{"false", "False", "FALSE"};
constexpr std::array<std::string_view, 3> infinities{".inf", ".Inf", ".INF"};
constexpr std::array<std::string_view, 3> not_numbers{".nan", ".NaN", ".NAN"};

std::size_t digits(std::string_view text)
{
    return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, the sign gone.
bool is_decimal(std::string_view text)
{
    const auto whole = digits(text);
    text.remove_prefix(whole);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const auto fraction = digits(text);
        if (whole == 0 && fraction == 0) return false;
        text.remove_prefix(fraction);
    } else if (whole == 0) {
        return false;
    }
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return !text.empty() && digits(text) == text.size();
}

/// All of `text` as a number, or null.
template <class Number, class... Base>
Node converted(std::string_view text, Base... base)
{
    Number number{};
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, base...);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return Node(number);
}

Node number(std::string_view plain)
{
    using Limit = std::numeric_limits<double>;
    if (is_one_of(plain, not_numbers)) return Node(Limit::quiet_NaN());
    if (plain.starts_with("0o")) return converted<std::uint64_t>(plain.substr(2), 8);
    if (plain.starts_with("0x")) return converted<std::uint64_t>(plain.substr(2), 16);

    const bool minus = plain.starts_with('-');
    const auto unsigned_text = plain.substr(minus || plain.starts_with('+') ? 1 : 0);
    if (is_one_of(unsigned_text, infinities))
        return Node(minus ? -Limit::infinity() : Limit::infinity());
    if (!is_decimal(unsigned_text)) return {};
    // from_chars takes a minus but no plus.
    const auto text = minus ? plain : unsigned_text;
    if (Node whole = converted<std::int64_t>(text, 10); !whole.is_null()) return whole;
    return converted<double>(text);
}

/// Takes the first line off `rest` with its end; after the last line nothing of `rest` is left.
std::string_view take_line(std::string_view& rest)
{
    const auto line = rest.substr(0, rest.find_first_of("\r\n"));
    rest.remove_prefix(line.size());
    rest.remove_prefix(rest.starts_with("\r\n") ? 2 : std::min<std::size_t>(rest.size(), 1));
    return line;
}

std::string_view without_blanks(std::string_view line, bool before, bool after)
{
    constexpr std::string_view blanks = " \t";
    if (before) line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (after) line = line.substr(0, line.find_last_not_of(blanks) + 1);
    return line;
}

void append_unquoted(std::string& text, std::string_view line)
{
    for (std::size_t i = 0; i < line.size(); ++i) {
        text += line[i];
        if (line[i] == '\'') ++i;  // The scanner let only pairs through.
    }
}

}  // namespace

std::string yaml_single_quoted(std::string_view raw)
{
    const auto more = [&raw] { return raw.find_first_of("\r\n") != std::string_view::npos; };
    std::string text;
    bool follows = more();
    append_unquoted(text, without_blanks(take_line(raw), false, follows));
    // One line end is a blank; of several, all but the first stay.
    std::size_t empty = 0;
    while (follows) {
        follows = more();
        const auto line = without_blanks(take_line(raw), true, follows);
        if (line.empty() && follows) {
            ++empty;
            continue;
        }
        text.append(std::max<std::size_t>(empty, 1), empty == 0 ? ' ' : '\n');
        empty = 0;
        append_unquoted(text, line);
    }
    return text;
}

Node yaml_scalar(std::string_view plain)
{
    if (is_one_of(plain, nulls)) return {};
    if (is_one_of(plain, trues)) return Node(true);
    if (is_one_of(plain, falses)) return Node(false);
    Node found = number(plain);
    return found.is_null() ? Node(plain) : found;
}

}  // namespace diorama
