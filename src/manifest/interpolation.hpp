#pragma once

#include "base/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace diorama::manifest {

/// The value of a variable, nothing when it is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Told each variable that was asked for without a fall-back and is not set: it counts as empty.
using Unset = std::function<void(std::string_view name)>;

/// Replaces variables as the Compose specification has it (spec.md, "Interpolation"): `$NAME`,
/// `${NAME}`, `${NAME:-fall-back}`, `${NAME-…}`, `${NAME:?error}`, `${NAME?…}`,
/// `${NAME:+replacement}`, `${NAME+…}`; each may hold others in its right side; `$$` is a dollar
/// sign. A colon treats empty like not set.
///
/// `invalid` for what is no expression, and for a required variable that is not set.
Result<std::string> interpolate(std::string_view text, const Lookup& lookup, const Unset& unset);

/// [A-Za-z_][A-Za-z0-9_]*: how long the name at the beginning of `text` is.
std::size_t name_length(std::string_view text);

}  // namespace diorama::manifest
