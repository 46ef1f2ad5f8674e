#include "manifest/units.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace diorama::manifest {

namespace {

template <class Number, class... Base>
std::optional<Number> parse_all(std::string_view text, Base... base)
{
    Number number{};
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, base...);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return number;
}

/// Powers of 1024 by what follows the number.
std::optional<int> unit_power(std::string_view unit)
{
    static constexpr std::array<std::string_view, 5> letters{"", "k", "m", "g", "t"};
    if (unit == "b") return 0;
    for (std::size_t power = 0; power < letters.size(); ++power) {
        if (!unit.starts_with(letters[power]) || (power == 0 && !unit.empty())) continue;
        const auto after = unit.substr(letters[power].size());
        if (after.empty() || after == "b" || after == "ib") return static_cast<int>(power);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text)
{
    const std::string small = lower(trim(text));
    const auto digits = small.find_first_not_of("0123456789.");
    const auto amount = parse_number(std::string_view(small).substr(0, digits));
    const auto unit = digits == std::string::npos ? "" : std::string_view(small).substr(digits);
    const auto power = unit_power(trim(unit));
    if (!amount || !power) return std::nullopt;
    const double bytes = *amount * std::pow(1024.0, *power);
    if (!(bytes >= 0 && bytes < 1e18)) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
}

std::optional<bool> parse_boolean(std::string_view text)
{
    const std::string small = lower(trim(text));
    for (const std::string_view yes : {"true", "yes", "y", "on", "1"}) {
        if (small == yes) return true;
    }
    for (const std::string_view no : {"false", "no", "n", "off", "0"}) {
        if (small == no) return false;
    }
    return std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view text)
{
    return parse_all<std::int64_t>(trim(text));
}

std::optional<double> parse_number(std::string_view text)
{
    const auto number = parse_all<double>(trim(text));
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<std::uint32_t> parse_mode(std::string_view text)
{
    text = trim(text);
    if (text.starts_with("0o")) text.remove_prefix(2);
    return parse_all<std::uint32_t>(text, 8);
}

}  // namespace diorama::manifest
