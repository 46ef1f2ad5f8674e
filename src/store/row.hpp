#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// One row of an answer, read by the names of its columns. Valid inside the reader it is given to.
///
/// Asking for a column the statement does not answer, for NULL without `optional`, or for a number
/// where text stands, throws std::logic_error: the statement and its reader disagree.
class Row {
public:
    struct Cell {
        std::string text;
        bool null = true;
    };

    Row(const std::vector<std::string>& names, const std::vector<Cell>& cells)
        : names_(names),
          cells_(cells)
    {}

    const std::string& text(std::string_view column) const;
    /// All 64 bits.
    std::int64_t integer(std::string_view column) const;
    /// A counter, which is never negative.
    std::uint64_t count(std::string_view column) const;
    bool flag(std::string_view column) const { return integer(column) != 0; }
    Instant instant(std::string_view column) const
    {
        return Instant{milliseconds{integer(column)}};
    }

    template <class Id>
    Id id(std::string_view column) const
    {
        return expected(Id::parse(text(column)), column);
    }

    /// The value an enumeration's reader finds: `row.named(state_named, "state")`.
    template <class T>
    T named(Result<T> (*parse)(std::string_view), std::string_view column) const
    {
        return expected(parse(text(column)), column);
    }

    bool null(std::string_view column) const { return cell(column).null; }

    std::optional<std::string> optional_text(std::string_view column) const;
    std::optional<std::int64_t> optional_integer(std::string_view column) const;
    std::optional<Instant> optional_instant(std::string_view column) const;
    template <class Id>
    std::optional<Id> optional_id(std::string_view column) const
    {
        if (null(column)) return std::nullopt;
        return id<Id>(column);
    }

private:
    const Cell& cell(std::string_view column) const;

    template <class T>
    static T expected(const Result<T>& parsed, std::string_view column)
    {
        if (!parsed) throw std::logic_error(parsed.error().during(column).message);
        return *parsed;
    }

    const std::vector<std::string>& names_;
    const std::vector<Cell>& cells_;
};

}  // namespace diorama
