#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <vector>

/// Who takes up what of the machine, and who waits for it.
namespace diorama {

/// An environment whose containers run or are frozen, or that was admitted and is on its way up.
struct Occupant {
    Environment environment;
    Needs needs;  ///< The larger of what serves and what is put up beside it.
    bool rising = false;

    bool is_awake() const { return rising || environment.presence == Presence::awake; }
};

/// A deployment that waits until there is a place for it.
struct Waiter {
    Environment environment;
    Deployment deployment;
};

struct Occupancy {
    std::vector<Occupant> occupants;
    std::vector<Waiter> waiting;  ///< In turn: strangers last, then who waits longest.
};

Occupancy read_occupancy(Tx& tx);

/// In turn, as above.
std::vector<Waiter> waiters(Tx& tx);

}  // namespace diorama
