#pragma once

#include "manifest/interpolation.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diorama::manifest {

/// A line of an env file that cannot be read.
struct EnvProblem {
    int line = 0;
    Error error;
};

/// What an env file sets, in its order; a later line of the same name wins.
struct EnvFile {
    /// Without a value the name alone stood there: the value comes from where Compose runs.
    std::vector<std::pair<std::string, std::optional<std::string>>> variables;
    std::vector<EnvProblem> problems;
};

enum class EnvFormat {
    compose,  ///< Quotes, comments and variables mean something.
    raw,      ///< `NAME=` and all that follows, as it is.
};

/// Reads `.env` and `env_file` as Compose does: `NAME=value`, `export NAME=value`, `NAME: value`,
/// comments from `#` on (after a blank, outside quotes), '…' literal, "…" with \n \t \" \\ and
/// variables, both over several lines. Variables are looked up in `lookup`, then in earlier lines.
EnvFile
read_env_file(std::string_view text, const Lookup& lookup, const Unset& unset, EnvFormat format);

}  // namespace diorama::manifest
