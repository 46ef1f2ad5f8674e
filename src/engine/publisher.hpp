#pragma once

#include "base/concurrency.hpp"
#include "engine/bell.hpp"
#include "engine/world.hpp"

namespace diorama {

/// Makes the routes be what the store says. Always all of them, always from the store: publishing
/// twice, late or after a crash gives the same table.
class Publisher {
public:
    Publisher(World world, Bell& bell) : world_(world), bell_(bell), turn_(world.scheduler, 1) {}

    /// Returns when every gateway uses the table. `stop` ends only that wait: the table itself is
    /// published in any case, so that no route is left leading to what its owner then removes.
    Task<Result<>> publish(std::stop_token stop);

    /// Returns when also the requests under way on what the tables published so far no longer name
    /// have ended: then it may go. Visitors stay as long as they like, so whoever waits here takes
    /// no worker from the others.
    Task<Result<>> settled(std::stop_token stop);

    /// How many wait for visitors to leave.
    std::size_t waiting() const { return waiting_; }

private:
    World world_;
    Bell& bell_;
    Semaphore turn_;  ///< A later reading must not be overtaken by an earlier one.
    std::uint64_t epoch_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace diorama
