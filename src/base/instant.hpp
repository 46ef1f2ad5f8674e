#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>
#include <type_traits>

namespace diorama {

/// RFC 3339 in UTC with milliseconds: "2026-03-01T12:00:00.250Z". Years 0000 to 9999.
std::string format_instant(Instant instant);

/// Reads any RFC 3339 date-time: any offset, any number of fraction digits (cut to milliseconds).
/// A leap second is taken for the second that follows.
Result<Instant> parse_instant(std::string_view text);

inline Result<Instant> parse_text(std::string_view text, std::type_identity<Instant>)
{
    return parse_instant(text);
}

inline std::string to_text(Instant instant)
{
    return format_instant(instant);
}

}  // namespace diorama
