#include "store/row.hpp"

#include <charconv>

namespace diorama {

const Row::Cell& Row::cell(std::string_view column) const
{
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (names_[i] == column) return cells_[i];
    }
    throw std::logic_error(fmt::format("the answer has no column '{}'", column));
}

const std::string& Row::text(std::string_view column) const
{
    const Cell& found = cell(column);
    if (found.null) throw std::logic_error(fmt::format("the column '{}' is NULL", column));
    return found.text;
}

std::int64_t Row::integer(std::string_view column) const
{
    const std::string& digits = text(column);
    std::int64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, number);
    if (problem == std::errc{} && stop == end) return number;
    throw std::logic_error(fmt::format("the column '{}' holds no 64-bit number", column));
}

std::uint64_t Row::count(std::string_view column) const
{
    const auto number = integer(column);
    if (number < 0) throw std::logic_error(fmt::format("the column '{}' is negative", column));
    return static_cast<std::uint64_t>(number);
}

std::optional<std::string> Row::optional_text(std::string_view column) const
{
    if (null(column)) return std::nullopt;
    return text(column);
}

std::optional<std::int64_t> Row::optional_integer(std::string_view column) const
{
    if (null(column)) return std::nullopt;
    return integer(column);
}

std::optional<Instant> Row::optional_instant(std::string_view column) const
{
    if (null(column)) return std::nullopt;
    return instant(column);
}

}  // namespace diorama
