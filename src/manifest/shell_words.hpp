#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace diorama::manifest {

/// Splits a command the way a POSIX shell splits words (2.2 Quoting), and does nothing else a shell
/// does: no variables, globs, pipes or substitutions. `invalid` for a quote that is not closed.
Result<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace diorama::manifest
