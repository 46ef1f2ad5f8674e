#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// Some rows of a long list, and where the next ones begin.
template <class T>
struct Page {
    std::vector<T> items;
    std::string next;  ///< Cursor for the page after this one; empty at the end.
};

/// No page is longer, whatever was asked.
inline constexpr std::size_t max_page = 1000;

/// How many rows to fetch for `limit`: at least one, at most max_page.
std::size_t page_size(std::size_t limit);

/// For a cursor that is none of the list it is given to.
Error wrong_cursor();

/// `text` as a pattern that LIKE … ESCAPE '\' finds anywhere, itself and nothing else. Use with
/// LOWER on both sides: only SQLite's LIKE overlooks case.
std::string like_pattern(std::string_view text);

/// A search longer than this is refused: databases limit patterns, too.
inline constexpr std::size_t max_search = 256;

/// Checks what a person typed into a search box; `invalid` when it is too long, or not text.
Result<> check_search(std::string_view text);

}  // namespace diorama
