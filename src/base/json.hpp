#pragma once

#include "base/error.hpp"
#include "base/node.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace diorama {

/// What a text may cost us. A node takes about 100 bytes of memory, however short its text is.
struct JsonLimits {
    std::size_t bytes = 8U << 20U;
    std::size_t depth = 64;
    std::size_t nodes = 500'000;
};

/// The value of a JSON text (RFC 8259, strictly: UTF-8, no comments, no trailing commas or text).
///
/// `invalid` with `line:column`, or `too_many` bytes, depth or nodes. A key given twice in one
/// object is refused, since two readers would disagree about which one counts. Nodes have no
/// positions.
Result<Node> parse_json(std::string_view text, JsonLimits limits = {});

/// One line, or indented by two blanks when `pretty`. Always valid UTF-8 and safe inside a log
/// line: wrong bytes become U+FFFD, control characters are escaped. NaN and infinity become null.
std::string write_json(const Node& node, bool pretty = false);

}  // namespace diorama
