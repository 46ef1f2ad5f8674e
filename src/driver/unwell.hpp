#pragma once

#include "driver/driver.hpp"

#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// Why a container did not pass its gate, in the words that every driver uses.
struct Unwell {
    std::string service;
    std::optional<std::int64_t> exit_code;  ///< None when no end of it was seen.
    bool out_of_memory = false;
    std::uint64_t restarts = 0;
    std::string last_probe;         ///< What the latest probe met: "connection refused".
    std::vector<std::string> said;  ///< Its last lines, oldest first.
};

/// How many of a container's last lines a cause shows.
inline constexpr std::size_t last_words = 15;

/// The service has ended. `invalid`: the same image would end again.
Error ended(const Unwell& what);
/// The gate's time is over. `invalid` as well: waiting again would not help.
Error not_well_within(const Unwell& what, milliseconds limit);

}  // namespace diorama
