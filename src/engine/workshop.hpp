#pragma once

#include "base/concurrency.hpp"
#include "engine/followers.hpp"
#include "engine/publisher.hpp"
#include "engine/world.hpp"

namespace diorama {

/// Who moves environments on, once somebody wished for it.
inline const Actor worker_actor{.type = Actor::Type::system, .name = "worker"};

/// What everybody who works on environments shares.
struct Workshop {
    World world;
    Followers& followers;
    Publisher& publisher;
    Semaphore& starts;  ///< Places for scenes that are put up.
};

}  // namespace diorama
