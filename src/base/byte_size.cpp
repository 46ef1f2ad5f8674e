#include "base/byte_size.hpp"

#include "base/reading.hpp"
#include "base/unicode.hpp"

#include <charconv>

namespace diorama {

namespace {

constexpr std::string_view unit_letters = "bkmgtp";

/// How many times 1024 the unit stands for; nothing when it is none.
std::optional<int> power_of(std::string_view unit)
{
    if (unit.starts_with(' ')) unit.remove_prefix(1);
    if (unit.empty()) return 0;
    const auto power = unit_letters.find(static_cast<char>(unit.front() | 0x20));
    unit.remove_prefix(1);
    if (power == std::string_view::npos || (power == 0 && !unit.empty())) return std::nullopt;
    if (unit.starts_with('i') || unit.starts_with('I')) unit.remove_prefix(1);
    if (!unit.empty() && unit != "b" && unit != "B") return std::nullopt;
    return static_cast<int>(power);
}

std::optional<ByteSize> scan(std::string_view text)
{
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    // from_chars would also take "inf" and "-1".
    if (error != std::errc{} || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto power = power_of(text.substr(static_cast<std::size_t>(end - text.data())));
    if (!power) return std::nullopt;
    for (int i = 0; i < *power; ++i)
        number *= 1024;
    if (number >= 0x1p63) return std::nullopt;
    return ByteSize{static_cast<std::uint64_t>(number)};
}

}  // namespace

Result<ByteSize> parse_byte_size(std::string_view text)
{
    if (const auto size = scan(text)) return *size;
    return Error{
        Code::invalid,
        fmt::format("'{}' is not a size", display(text, 64)),
        "Write a number and a unit: 512m, 1.5g, 64k."
    };
}

std::string format_byte_size(ByteSize size)
{
    std::size_t unit = 0;
    auto count = size.bytes;
    while (count != 0 && count % 1024 == 0 && unit + 1 < unit_letters.size()) {
        count /= 1024;
        ++unit;
    }
    return fmt::format("{}{}", count, unit_letters[unit]);
}

std::string human_byte_size(ByteSize size)
{
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (size.bytes < 1000) return fmt::format("{} B", size.bytes);
    auto count = static_cast<double>(size.bytes);
    std::size_t unit = 0;
    // 999.95 would be shown as 1000.0.
    while (count >= 999.95 && unit + 1 < units.size()) {
        count /= 1024;
        ++unit;
    }
    auto number = fmt::format("{:.1f}", count);
    if (number.ends_with(".0")) number.resize(number.size() - 2);
    return fmt::format("{} {}", number, units[unit]);
}

void read_node(Reading& reading, const Node& node, ByteSize& into)
{
    if (node.integer()) {
        const auto bytes = reading.integer(node, 0, std::numeric_limits<std::int64_t>::max());
        if (bytes) into.bytes = static_cast<std::uint64_t>(*bytes);
        return;
    }
    const auto* text = reading.text(node);
    if (!text) return;
    const auto size = parse_byte_size(*text);
    if (!size) return reading.problem(node.at, size.error().message, size.error().mend);
    into = *size;
}

Node write_node(const ByteSize& size)
{
    return Node(format_byte_size(size));
}

}  // namespace diorama
