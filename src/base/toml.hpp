#pragma once

#include "base/error.hpp"
#include "base/node.hpp"

#include <string>
#include <string_view>

namespace diorama {

/// A TOML 1.0 text as a tree, keys in file order. Dates and times become strings as RFC 3339 has
/// them. `invalid` with `file:line:column`; more than 1 MiB, or more than 64 dots in
/// a line (which could nest too deep), is `too_many`.
Result<Node> parse_toml(std::string_view text, std::string file);

}  // namespace diorama
