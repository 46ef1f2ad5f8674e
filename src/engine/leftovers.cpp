#include "engine/leftovers.hpp"

#include "engine/ledger.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"

#include <algorithm>

namespace diorama {

bool serves(const std::vector<Instance>& serving, const Entry& container)
{
    return std::ranges::find(serving, container.id, &Instance::container) != serving.end();
}

Task<Result<std::vector<Entry>>> leftovers_of(World world, EnvironmentId environment)
{
    const auto read = [=](Tx& tx) -> Result<std::vector<Entry>> {
        const auto serving = instances::list(tx, environment);
        std::vector<Entry> left;
        for (const Entry& entry : inventory::of_environment(tx, environment)) {
            if (entry.type == EntryType::container && !serves(serving, entry))
                left.push_back(entry);
        }
        return left;
    };
    co_return co_await world.store.read(read);
}

Task<Result<>> clear(Workshop& shop, std::vector<Entry> leftovers, std::stop_token stop)
{
    if (leftovers.empty()) co_return ok();
    const auto published = co_await shop.publisher.publish(std::move(stop));
    if (!published) co_return published.error();
    Ledger ledger(shop.world);
    co_return co_await ledger.remove_all(std::move(leftovers));
}

}  // namespace diorama
