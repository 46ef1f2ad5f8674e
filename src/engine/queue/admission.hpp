#pragma once

#include "engine/queue/limits.hpp"
#include "store/occupants.hpp"

#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// Somebody who wants to be put up, before anything is built for it.
struct Applicant {
    Environment environment;
    Needs needs;
};

/// Whose place is to become free, and how.
struct Displaced {
    EnvironmentId environment;
    Presence rung = Presence::frozen;  ///< Gone: it is taken down.

    friend bool operator==(const Displaced&, const Displaced&) = default;
};

/// How much is taken.
struct Used {
    std::uint64_t environments = 0;
    Needs needs;
};
Used used_by(const Occupancy& occupancy);

/// Whether there is a place for an applicant.
struct Admission {
    enum class Answer { admitted, waits, refused };

    Answer answer = Answer::admitted;
    std::string reason;  ///< Which limit, and how full it is: a clause. Empty when admitted.
    std::string mend;    ///< What would free a place.
    /// Whoever has to go first, the most welcome to go first; one is enough for now. The applicant
    /// waits meanwhile.
    std::vector<Displaced> candidates;
};

/// Decides on one applicant. `occupants`: whoever holds something, the applicant's own hold too.
/// `ahead`: what those need who wait for longer, so that nobody is overtaken for ever. Pure.
///
/// Strangers' previews put only strangers' ones to sleep, and wait behind ours: who may not be
/// trusted cannot push out those who are.
Admission admit(
    const LimitSettings& limits, const Applicant& applicant, const Occupancy& occupancy, Instant now
);

/// Who has to go down because more is awake than may be: visits wake whom they want to see,
/// whatever the limits say, and the one that was not used for the longest time makes room. Nobody
/// when all is well, or on its way to be.
std::vector<Displaced> overflow(const LimitSettings& limits, const Occupancy& occupancy);

}  // namespace diorama
