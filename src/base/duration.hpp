#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>
#include <type_traits>

namespace diorama {

/// A length of time as Compose and Go write it: numbers with units h, m, s, ms, us, ns, largest
/// first or not, fractions allowed: "30s", "1m30s", "500ms", "1.5h", "0". Days "d" are taken too.
/// Never negative; rounded down to milliseconds.
Result<milliseconds> parse_duration(std::string_view text);

/// The shortest text that `parse_duration` reads back: "1h30m", "1m30s", "500ms", "0s".
std::string format_duration(milliseconds time);

/// For people: the two largest units, "3 d 4 h", "1 min 5 s", "250 ms". The rest is dropped.
std::string human_duration(milliseconds time);

inline Result<milliseconds> parse_text(std::string_view text, std::type_identity<milliseconds>)
{
    return parse_duration(text);
}

inline std::string to_text(milliseconds time)
{
    return format_duration(time);
}

}  // namespace diorama
