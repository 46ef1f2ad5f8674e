#pragma once

#include "base/concurrency.hpp"
#include "engine/world.hpp"

namespace diorama {

/// Makes the routes be what the store says. Always all of them, always from the store: publishing
/// twice, late or after a crash gives the same table.
class Publisher {
public:
    explicit Publisher(World world) : world_(world), turn_(world.scheduler, 1) {}

    /// Returns when every gateway uses the table and the requests under way on what it no longer
    /// names have ended: then the old version may go.
    Task<Result<>> publish(std::stop_token stop);

private:
    World world_;
    Semaphore turn_;  ///< A later reading must not be overtaken by an earlier one.
    std::uint64_t epoch_ = 0;
};

}  // namespace diorama
