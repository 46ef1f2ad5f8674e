#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace diorama {

// Bytes as text and back. What is read back must be exactly what the writer would give: two texts
// that mean the same bytes are how signatures and filters are walked around.

/// Lower-case digits. Reading takes both cases.
std::string to_hex(std::string_view bytes);
Result<std::string> from_hex(std::string_view text);

/// RFC 4648 section 4: padded, one line, no stray bits.
std::string to_base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

/// RFC 4648 section 5 without padding, as JSON Web Tokens have it (RFC 7515).
std::string to_base64url(std::string_view bytes);
Result<std::string> from_base64url(std::string_view text);

/// RFC 3986: everything but letters, digits and "-._~" becomes %XX; fit for one path segment or one
/// query value.
std::string percent_encode(std::string_view text);
/// `+` stays `+`. A % without two hex digits is refused. The answer may hold any byte: `/` and NUL
/// too.
Result<std::string> percent_decode(std::string_view text);

}  // namespace diorama
