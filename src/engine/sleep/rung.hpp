#pragma once

#include "driver/values.hpp"
#include "model/environment.hpp"

namespace diorama {

// Where an environment stands on the ladder of sleep, as values. Its row goes down before its
// containers do and up after them: what the row says is never less deep than what is.

/// Whether what serves is as far up or down as it shall be. Whoever sleeps deeper than was wished
/// is left there.
bool is_on_its_rung(const Environment& environment);

/// Whether what is wanted of it is to be awake, and it is not.
bool shall_wake(const Environment& environment);

/// What has to be done with a container of an environment that sleeps; `nothing` when it is as its
/// rung says, or has ended by itself.
enum class Quieting { nothing, freeze, stop };
Quieting quieting(Presence rung, const Found& container);

/// A job that is done has nothing left to do: neither to be woken nor to be put to sleep.
inline bool is_done(const Instance& instance)
{
    return instance.address.empty();
}

}  // namespace diorama
