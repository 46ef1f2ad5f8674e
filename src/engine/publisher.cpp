#include "engine/publisher.hpp"

#include "routing/routes.hpp"

namespace diorama {

Task<Result<>> Publisher::publish(std::stop_token stop)
{
    auto place = co_await turn_.acquire(stop);
    if (!place) co_return Error{Code::cancelled, "no longer wanted"};
    const auto read = [](Tx& tx) -> Result<std::vector<Routed>> { return read_routed(tx); };
    const auto facts = co_await world_.store.read(read);
    if (!facts) co_return facts.error();
    world_.router.publish({.epoch = ++epoch_, .routes = routes_for(*facts)});
    const std::uint64_t mine = epoch_;
    place.reset();
    co_return co_await world_.router.settled(mine, stop);
}

}  // namespace diorama
