#pragma once

#include "base/node.hpp"

#include <string_view>

namespace diorama {

/// The value of a plain scalar in the core schema (YAML 1.2.2, section 10.3.2).
/// A whole number beyond 64 bits becomes a floating one, as in JSON.
Node yaml_scalar(std::string_view plain);

}  // namespace diorama
