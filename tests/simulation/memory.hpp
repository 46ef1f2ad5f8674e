#pragma once

#include "simulation/house.hpp"
#include "store/event_log.hpp"
#include "store/image_uses.hpp"
#include "store/pull_requests.hpp"

namespace diorama::simulation {

/// All that the daemon remembers of one environment.
struct Memory {
    Environment environment;
    std::vector<Deployment> deployments;
    std::vector<Entry> entries;
    std::vector<Instance> instances;
    std::vector<event_log::Record> events;
    std::vector<image_uses::Use> images;
    std::optional<pull_requests::Record> record;
};

std::vector<Memory> memories(House& house);

}  // namespace diorama::simulation
