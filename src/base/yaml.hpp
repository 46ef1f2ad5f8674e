#pragma once

#include "base/error.hpp"
#include "base/node.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace diorama {

/// What a text may cost us, counted after aliases and merges are expanded.
struct YamlLimits {
    std::size_t bytes =
        1U << 20U;  ///< Of the text; the scalars of the tree may have four times it.
    std::size_t depth = 64;
    std::size_t nodes = 50'000;
    std::size_t aliases = 1'000;
};

/// The one document of a YAML 1.2 text, read with the core schema: `yes` and `1_0` are strings,
/// `0x50` is a number. No text or document at all is null.
///
/// Aliases and `<<` merges are resolved; what they bring in keeps the position where it was
/// written, and a map's own keys win over merged ones. Refused, as `file:line:column: what`: keys
/// given twice, keys that are not scalars, tags other than those of the core schema, a second
/// document, an alias to what holds it (`invalid`), and whatever passes a limit (`too_many`).
Result<Node> parse_yaml(std::string_view text, std::string file, YamlLimits limits = {});

}  // namespace diorama
