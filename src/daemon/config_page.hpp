#pragma once

#include <string>

namespace diorama {

/// docs/configuration.md: every key of diorama.toml with its type, default, environment variable
/// and what it is for, printed from the types that are read.
std::string config_page();

}  // namespace diorama
