#include "store/page.hpp"

#include "base/unicode.hpp"

#include <algorithm>

namespace diorama {

std::size_t page_size(std::size_t limit)
{
    return std::clamp<std::size_t>(limit, 1, max_page);
}

Error wrong_cursor()
{
    return {
        Code::invalid,
        "the cursor does not belong to this list",
        "Ask for the first page again, without a cursor."
    };
}

std::string like_pattern(std::string_view text)
{
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern.push_back('\\');
        pattern.push_back(c);
    }
    pattern.push_back('%');
    return pattern;
}

Result<> check_search(std::string_view text)
{
    if (text.size() > max_search) {
        return Error{
            Code::invalid,
            fmt::format("a search of {} bytes is too long", text.size()),
            fmt::format("Search for at most {} bytes.", max_search)
        };
    }
    // SQLite ends a pattern at its first NUL and guesses at broken UTF-8, PostgreSQL takes neither.
    if (text.contains('\0') || !is_utf8(text))
        return Error{Code::invalid, "the search is not text", "Search for UTF-8 without NUL."};
    return ok();
}

}  // namespace diorama
