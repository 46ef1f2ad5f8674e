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

}  // namespace

Node yaml_scalar(std::string_view plain)
{
    if (is_one_of(plain, nulls)) return {};
    if (is_one_of(plain, trues)) return Node(true);
    if (is_one_of(plain, falses)) return Node(false);
    Node found = number(plain);
    return found.is_null() ? Node(plain) : found;
}

}  // namespace diorama
