#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace diorama {

/// Text of a statement, made of constants only: what a person or a program sent cannot become SQL,
/// because it does not compile. Values are bound by name (`:now`), never written into the text.
///
/// SQL stays in the subset SQLite and PostgreSQL share: ids and JSON are TEXT, times are BIGINT
/// milliseconds since 1970, truth is BIGINT 0 or 1. (A column declared INTEGER would be cut to 32
/// bits by PostgreSQL, and by SOCI on SQLite.)
class Sql {
public:
    consteval Sql(const char* literal) : text_(literal) {}

    std::string_view text() const { return text_; }

private:
    friend class ComposedSql;
    explicit Sql(std::string_view text) : text_(text) {}

    std::string_view text_;
};

/// A statement put together from constants, for queries whose conditions depend on what is asked.
/// Must outlive the call it is given to.
class ComposedSql {
public:
    ComposedSql(Sql start) : text_(start.text()) {}

    ComposedSql& operator+=(Sql more)
    {
        text_ += more.text();
        return *this;
    }

    /// Adds `(:prefix0, :prefix1, …)`, for an IN; never empty, so that the statement stays valid.
    ComposedSql& add_list(Sql prefix, std::size_t count);

    operator Sql() const { return Sql{std::string_view{text_}}; }

private:
    std::string text_;
};

}  // namespace diorama
