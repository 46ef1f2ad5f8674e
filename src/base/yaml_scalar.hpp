#pragma once

#include "base/node.hpp"

#include <string>
#include <string_view>

namespace diorama {

/// The value of a plain scalar in the core schema (YAML 1.2.2, section 10.3.2).
/// A whole number beyond 64 bits becomes a floating one, as in JSON.
Node yaml_scalar(std::string_view plain);

/// What stands between single quotes, its lines folded and its doubled quotes undone (YAML 1.2.2,
/// section 7.3.2). By us, since libfyaml 0.7 mangles and leaks quotes doubled in a row
/// (`'a''''b'`).
std::string yaml_single_quoted(std::string_view raw);

}  // namespace diorama
