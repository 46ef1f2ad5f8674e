#pragma once

#include "daemon/config.hpp"

#include <functional>

namespace diorama {

/// Looks a variable up: the process's environment, or a test's.
using Lookup = std::function<std::optional<std::string>(const std::string&)>;

/// Reads `text` of `file` (none: the defaults), then `DIORAMA_<SECTION>_<KEY>` for each value but
/// the registries' and the projects'; lists are separated by commas, and an empty text is an empty
/// list. An unknown key, a wrong type or a value out of range is `invalid`: all of them at once,
/// each with file:line:column or the variable's name. No value of a secret is in any message.
Result<Config>
read_config(std::string_view text, const std::string& file, const Lookup& environment);

/// `DIORAMA_GATEWAY_LISTEN` for section "gateway" and key "listen"; `DIORAMA_DATA` without one.
std::string variable_name(std::string_view section, std::string_view key);

}  // namespace diorama
