#pragma once

#include "base/concurrency.hpp"
#include "engine/world.hpp"

#include <map>

namespace diorama {

/// Keeps an ear on every container of every scene, so that its words are in the log when it is
/// gone.
class Followers {
public:
    Followers(World world, std::stop_token stop)
        : world_(world),
          group_(world.scheduler),
          stop_(std::move(stop))
    {}

    /// Hears `container` from `since` on, until it ends. Asked twice, it hears once.
    void follow(Entry container, std::optional<DeploymentId> deployment, Instant since);

    Task<> join() { return group_.join(); }

private:
    Task<> listen(Entry container, std::optional<DeploymentId> deployment, Instant since);

    World world_;
    TaskGroup group_;
    std::stop_token stop_;
    std::map<EntryId, bool> heard_;
};

}  // namespace diorama
