#pragma once

#include <string>
#include <string_view>

namespace diorama::hub {

/// `text` so that HTML shows exactly it, in content and in quoted attributes.
std::string escape_html(std::string_view text);

/// A small part of GitHub-flavoured Markdown as HTML: paragraphs, headings, lists of one level,
/// tables, fences, `code`, **strong**, *emphasis*, links to http and https, <details>, and
/// comments, which are dropped. All else is shown as it was typed: no HTML of the text survives.
std::string render_markdown(std::string_view text);

/// One line of it, without blocks.
std::string render_inline(std::string_view text);

}  // namespace diorama::hub
