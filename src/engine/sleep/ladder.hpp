#pragma once

#include "engine/workshop.hpp"
#include "model/inventory.hpp"

#include <vector>

namespace diorama {

// The ways down and up the ladder of sleep (DESIGN section 4), for the worker who holds the lease.
// Each may be begun again from the start by another one.

/// The way down, as far as it is the store's and the gateway's: from here on it sleeps, nobody is
/// sent to it, and who was there has left or stayed too long. `superseded` when it shall be awake
/// after all; `cancelled` when `stop` was asked: a visit that comes between wins.
Task<Result<>> lie_down(Workshop& shop, EnvironmentId environment, std::stop_token stop);

/// What is known of a scene: what it should consist of, and what there is.
struct Remains {
    std::vector<Instance> serving;
    std::vector<Entry> entries;
    std::vector<Found> found;
};

/// Makes the containers of what sleeps as its rung says: frozen, stopped, or removed with their
/// networks. What is so already is left alone; the row of one that vanished goes.
Task<Result<>> hold_still(Workshop& shop, Environment environment, Remains remains);

/// Lets containers that are frozen go on though their environment is awake: a call of a daemon that
/// was killed came late.
Task<Result<>> thaw_frozen(Workshop& shop, Remains remains);

/// The way up: thaws or starts what is there, waits until it is well, and routes to it. False when
/// it is not enough: what is missing, or does not get well, has to be put up anew.
Task<Result<bool>> wake_up(Workshop& shop, Environment environment, std::stop_token stop);

}  // namespace diorama
