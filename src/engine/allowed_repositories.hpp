#pragma once

#include "base/error.hpp"

#include <span>
#include <string>
#include <string_view>

namespace diorama {

/// An entry of the list of repositories that may be deployed (B09), brought into one form:
/// `owner/name` (on github.com), `git.example.com/owner/name`, a location as `git clone` takes it,
/// or a path; `*` as the last part stands for all that is below. `invalid` for anything else.
Result<std::string> repository_entry(std::string_view text);

/// Whether the repository at `location`, canonical, is among `entries`, which `repository_entry`
/// made. How it is reached (https or ssh), a ".git" at the end and case make no difference; for
/// paths on this machine case does. No entries: every repository.
bool repository_allowed(std::span<const std::string> entries, std::string_view location);

}  // namespace diorama
