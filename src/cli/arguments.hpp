#pragma once

#include "base/error.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::cli {

/// A flag as the help shows it.
struct Flag {
    std::string_view names;  ///< "--branch" or "-o,--output".
    std::string_view value;  ///< What stands behind it in the help; empty for a switch.
    std::string_view about;
    bool many = false;  ///< May be given several times, or with commas.

    /// Its long name without dashes: "output".
    std::string_view key() const { return names.substr(names.find("--") + 2); }
};

/// What stood behind the verb.
struct Arguments {
    std::vector<std::string> words;
    std::map<std::string, std::vector<std::string>, std::less<>> flags;  ///< By `Flag::key`.

    bool has(std::string_view key) const { return flags.contains(key); }
    std::optional<std::string> value(std::string_view key) const;
    /// All values, those with commas taken apart.
    std::vector<std::string> list(std::string_view key) const;
};

/// Reads what stands behind a verb. `invalid`, with the nearest name, for a flag it does not have.
Result<Arguments> parse_arguments(std::vector<std::string> given, std::span<const Flag> flags);

}  // namespace diorama::cli
