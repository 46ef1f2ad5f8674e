#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace diorama {

/// True when `text` is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view text);

/// `text` with U+FFFD for whatever is not UTF-8, one for each maximal wrong part (Unicode 3.9,
/// U+FFFD Substitution of Maximal Subparts), so that the answer always is.
std::string clean_utf8(std::string_view text);

/// `text` from a stranger, safe to show a person in a terminal, a log line or a comment: one line,
/// and nothing in it can move the cursor, reorder what stands around it or hide.
///
/// Control characters (ESC, CR, LF, C1 …) and invalid bytes are shown as `\x1b`, `\n`, `\u{202e}`;
/// so are the characters that change direction (U+061C, U+200E/F, U+202A–202E, U+2066–2069), have
/// no width (U+00AD, U+200B–200D, U+2060–2064, U+FEFF), break lines (U+2028/9) or tag
/// (U+E0000–E007F). After `limit` bytes of output it ends in `…`.
std::string display(std::string_view text, std::size_t limit = 200);

}  // namespace diorama
