#include "engine/publisher.hpp"

#include "engine/accident.hpp"
#include "routing/routes.hpp"

namespace diorama {

Task<Result<>> Publisher::publish(std::stop_token stop)
{
    auto place = co_await turn_.acquire();
    const auto read = [](Tx& tx) -> Result<std::vector<Routed>> { return read_routed(tx); };
    const auto facts = co_await world_.store.read(read);
    if (!facts) co_return facts.error();
    const std::uint64_t mine = ++epoch_;
    world_.router.publish({.epoch = mine, .routes = routes_for(*facts)});
    place.reset();
    co_return co_await world_.router.in_force(mine, stop);
}

Task<Result<>> Publisher::settled(std::stop_token stop)
{
    ++waiting_;
    bell_.nudge();
    const auto settled = co_await caught(world_.router.settled(epoch_, std::move(stop)));
    --waiting_;
    co_return settled;
}

}  // namespace diorama
