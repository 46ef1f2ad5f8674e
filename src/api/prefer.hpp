#pragma once

#include "base/clock.hpp"
#include "net/http.hpp"

#include <optional>

namespace diorama::api {

/// What a client would rather have (RFC 7240), of what is known here.
struct Preference {
    std::optional<seconds> wait;  ///< `wait=N`: hold the answer until it is over, N at most.
    bool async = false;           ///< `respond-async`: 202 with where to look.

    friend bool operator==(const Preference&, const Preference&) = default;
};

/// The longest that an answer is held, whatever was asked.
inline constexpr seconds longest_wait{900};

/// Reads all `Prefer` fields; the first of a kind counts (RFC 7240, 2), and what cannot be read is
/// left alone, as preferences are.
Preference preference(const Headers& headers);

}  // namespace diorama::api
