#pragma once

#include <string>
#include <string_view>

/// What people typed, as GitHub-flavoured Markdown that shows exactly that and does nothing.
namespace diorama::markdown {

inline constexpr std::size_t cell_limit = 60;

/// `text` on one line, as prose or in a cell of a table: no markup, HTML, link, image, reference or
/// mention in it works, and what hides or reorders is shown (SEC-61). Cut at about `limit` bytes.
std::string prose(std::string_view text, std::size_t limit = 300);

/// The same as code. Not for cells of tables.
std::string code(std::string_view text, std::size_t limit = 300);

/// Lines as they are, colours dropped, in a fence that none of them can close.
std::string fence(std::string_view language, std::string_view lines);

/// `url` as a link that shows itself; as prose when it is no plain http or https address.
std::string address(std::string_view url);
/// `text` as code that leads to `url`; as code alone when that is no plain address.
std::string linked(std::string_view text, std::string_view url);

}  // namespace diorama::markdown
