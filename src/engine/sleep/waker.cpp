#include "engine/sleep/waker.hpp"

#include "engine/accident.hpp"
#include "engine/wishes.hpp"
#include "store/environments.hpp"

namespace diorama {

namespace {

const Actor visitor{.type = Actor::Type::system, .name = "visitor"};

}  // namespace

Task<> Waker::run(std::stop_token stop)
{
    for (;;) {
        const auto asked = co_await world_.router.wake_asks(stop);
        if (stop.stop_requested()) co_return;
        // Whoever is not woken now waits on, and asks again.
        [[maybe_unused]] const auto woken = co_await caught(wake(asked));
    }
}

Task<Result<>> Waker::wake(std::vector<EnvironmentId> asked)
{
    const Moment moment =
        diorama::moment(world_.scheduler, world_.random, world_.settings, visitor);
    const auto work = [=](Tx& tx) -> Result<std::vector<EnvironmentId>> {
        std::vector<EnvironmentId> fresh;
        for (const EnvironmentId& id : asked) {
            const auto seen = environments::find(tx, id);
            if (!seen) continue;  // A door that is just being closed.
            const auto wished = wishes::wake(tx, *seen, moment);
            if (wished && wished->version != seen->version) fresh.push_back(id);
        }
        return fresh;
    };
    const auto fresh = co_await world_.store.transact(work);
    if (!fresh) co_return fresh.error();
    for (const EnvironmentId& id : *fresh)
        bell_.ring(id);
    bell_.nudge();
    co_return ok();
}

}  // namespace diorama
