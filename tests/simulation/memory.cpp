#include "simulation/memory.hpp"

#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"
#include "store/projects.hpp"

namespace diorama::simulation {

std::vector<Memory> memories(House& house)
{
    return house.ask([&](Tx& tx) -> Result<std::vector<Memory>> {
        std::vector<Memory> all;
        const auto page =
            environments::list(tx, {.tenant = house.settings().tenant}, {.limit = 100});
        if (!page) return page.error();
        for (const Environment& environment : page->items) {
            Memory memory{.environment = environment};
            memory.deployments = deployments::list(tx, environment.id, "", 1000).value().items;
            memory.entries = inventory::of_environment(tx, environment.id);
            for (Instance& instance : instances::list(tx, environment.id))
                memory.instances.push_back(std::move(instance));
            memory.events = event_log::list(tx, environment.id, 0, 100'000);
            memory.images = image_uses::of_environment(tx, environment.id);
            if (environment.pull_request) {
                const auto record = pull_requests::find(
                    tx, environment.identity.project, *environment.pull_request
                );
                if (record) memory.record = *record;
            }
            all.push_back(std::move(memory));
        }
        return all;
    });
}

}  // namespace diorama::simulation
