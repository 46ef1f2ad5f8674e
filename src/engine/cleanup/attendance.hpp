#pragma once

#include "base/clock.hpp"
#include "store/tx.hpp"

#include <vector>

namespace diorama {

/// The times at which a daemon was there. Only those count towards idleness and age: while it was
/// down nobody could come, and a clock that leaps a month forward has seen nothing of that month.
class Attendance {
public:
    struct Gap {
        Instant from{};
        Instant to{};

        friend bool operator==(const Gap&, const Gap&) = default;
    };

    /// One who was never there yet.
    Attendance() = default;
    Attendance(Instant last, std::vector<Gap> gaps) : last_(last), gaps_(std::move(gaps)) {}

    /// As it is at `now`, for one who comes each `every`: a silence of more than twice that was a
    /// gap. A clock that was set back takes back the gaps that are still to come.
    Attendance at(Instant now, milliseconds every) const;

    /// How much of the time from `since` to the last time it was there was attended.
    milliseconds since(Instant since) const;

    Instant last() const { return last_; }
    const std::vector<Gap>& gaps() const { return gaps_; }

    friend bool operator==(const Attendance&, const Attendance&) = default;

private:
    Instant last_{};
    std::vector<Gap> gaps_;  ///< In their order, apart from each other.
};

/// Kept in the store, so that the next daemon knows since when there was none.
namespace attendance {

Attendance read(Tx& tx);
void keep(Tx& tx, const Attendance& attendance);

}  // namespace attendance

}  // namespace diorama
