#pragma once

#include "engine/bell.hpp"
#include "engine/world.hpp"

namespace diorama {

/// What a scene writes has a limit like all it takes (SECURITY rule 12). The Engine enforces none
/// on most file systems, so it is looked at how much there is, and who took too much is taken down.
///
/// What it did not learn changes nothing (DESIGN rule 5).
class DiskWatch {
public:
    DiskWatch(World world, Bell& bell) : world_(world), bell_(bell) {}

    Task<> run(std::stop_token stop);

    /// Once, now. Answers how long the Engine took to tell.
    Task<Result<milliseconds>> look();

private:
    Task<Result<>> take_down(std::map<EnvironmentId, std::uint64_t> written);

    World world_;
    Bell& bell_;
};

/// What `environment` may have on disk; 0: as much as it likes.
std::uint64_t disk_limit(const Policy& policy, const Environment& environment);

}  // namespace diorama
