#pragma once

#include "engine/followers.hpp"
#include "engine/publisher.hpp"
#include "engine/world.hpp"

namespace diorama {

/// What everybody who works on environments shares.
struct Workshop {
    World world;
    Followers& followers;
    Publisher& publisher;
};

}  // namespace diorama
