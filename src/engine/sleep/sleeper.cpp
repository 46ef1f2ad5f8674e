#include "engine/sleep/sleeper.hpp"

#include "engine/accident.hpp"
#include "store/environments.hpp"

namespace diorama {

namespace {

constexpr milliseconds usual_pause = minutes{1};
constexpr milliseconds short_pause = seconds{10};

const Actor idleness{.type = Actor::Type::timer, .name = "idle"};
const Actor pressure{.type = Actor::Type::timer, .name = "memory"};

/// As it is now: somebody may have come since it was chosen.
Result<>
send_down(Tx& tx, const Relief& chosen, const SleepSettings& settings, const Moment& moment)
{
    const auto seen = environments::find(tx, chosen.environment);
    if (!seen) return seen.error();
    const bool unused = idle_rung(*seen, settings, moment.now) == chosen.rung;
    if (!unused && relief({*seen}, moment.now) != chosen) return ok();
    const auto wished = wishes::rest(tx, *seen, chosen.rung, moment);
    if (!wished) return wished.error();
    return ok();
}

}  // namespace

Task<> Sleeper::run(std::stop_token stop)
{
    for (;;) {
        // What a look could not do, the next one tries again.
        [[maybe_unused]] const auto looked = co_await caught(look());
        const milliseconds pause = is_short() ? short_pause : usual_pause;
        const bool slept = co_await diorama::sleep(world_.scheduler, pause, stop);
        if (!slept) co_return;
    }
}

bool Sleeper::is_short() const
{
    return world_.memory && diorama::is_short(world_.memory->read(), world_.settings.sleep);
}

Task<Result<>> Sleeper::look()
{
    const bool scarce = is_short();
    const auto chosen = co_await choose(scarce);
    if (!chosen) co_return chosen.error();
    if (chosen->empty()) co_return ok();
    const Moment moment = diorama::moment(
        world_.scheduler, world_.random, world_.settings, scarce ? pressure : idleness
    );
    const auto work = [chosen = *chosen, moment, settings = world_.settings.sleep](Tx& tx
                      ) -> Result<> {
        for (const Relief& each : chosen) {
            const auto sent = send_down(tx, each, settings, moment);
            if (!sent) return sent.error();
        }
        return ok();
    };
    const auto sent = co_await world_.store.transact(work);
    if (sent) bell_.nudge();
    co_return sent;
}

/// One at a time when memory is short: what it gives back is seen at the next look.
Task<Result<std::vector<Relief>>> Sleeper::choose(bool short_of_memory)
{
    const auto read = [](Tx& tx) -> Result<std::vector<Environment>> {
        return environments::all_live(tx);
    };
    const auto live = co_await world_.store.read(read);
    if (!live) co_return live.error();
    const Instant now = world_.scheduler.now();
    std::vector<Relief> chosen;
    for (const Environment& each : *live) {
        const auto rung = idle_rung(each, world_.settings.sleep, now);
        if (rung) chosen.push_back({each.id, *rung});
    }
    const auto most = relief(*live, now);
    if (short_of_memory && most) chosen = {*most};
    co_return chosen;
}

}  // namespace diorama
