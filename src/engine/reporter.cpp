#include "engine/reporter.hpp"

#include "engine/accident.hpp"
#include "engine/forges.hpp"
#include "engine/retry.hpp"
#include "engine/telling.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// A place in the queue is told again while it lasts.
constexpr milliseconds queue_glance = seconds{30};

/// Tries for something that is gone, whose repository may be gone as well.
constexpr std::uint64_t most_farewells = 10;

}  // namespace

/// An error says that our own store did not answer.
Task<Result<>> Reporter::tell(feedback::Due due, std::stop_token stop)
{
    const auto read = [due, &settings = world_.settings, now = world_.scheduler.now()](Tx& tx) {
        return brief(tx, settings, due.environment, now);
    };
    auto briefing = co_await world_.store.read(read);
    if (!briefing) co_return briefing.error();
    place_in_line(*briefing, world_.builder);
    redact(*briefing, world_.logs);
    ForgeApi* forge = forge_named(world_.forges, briefing->repository.forge);
    // Nobody to tell it to: until something changes again.
    if (!forge) co_return co_await settle(due, *briefing, ok());
    Result<> outcome = ok();
    if (forge->rate_limited_until()) {
        outcome = Error{Code::too_many, "the forge's rate limit is reached"};
    } else {
        Telling telling(world_, *forge, *briefing, stop);
        outcome = co_await caught(telling.run());
    }
    if (stop.stop_requested()) co_return ok();
    co_return co_await settle(due, *briefing, outcome);
}

Task<Result<>> Reporter::settle(feedback::Due due, Briefing briefing, Result<> outcome)
{
    const Instant now = world_.scheduler.now();
    const bool superseded = !outcome && outcome.error().code == Code::superseded;
    const bool gone = briefing.scene.state == State::destroyed;
    const bool given_up = !outcome && gone && briefing.told.attempt >= most_farewells;
    Instant again = now + pause_after(briefing.told.attempt, seconds{2}, minutes{10});
    ForgeApi* forge = forge_named(world_.forges, briefing.repository.forge);
    if (const auto quiet = forge ? forge->rate_limited_until() : std::nullopt) again = *quiet;
    const auto work = [=](Tx& tx) -> Result<> {
        if (!outcome && !superseded && !given_up) {
            feedback::put_off(tx, due.environment, outcome.error().text(), again);
            return ok();
        }
        // A newer wish asked for another round; a count that nobody has keeps it due.
        const std::uint64_t seen = superseded ? 0 : due.asked;
        feedback::settle(tx, due.environment, seen, now + feedback::pause);
        if (briefing.shown.position || briefing.shown.build_position)
            feedback::ask(tx, due.environment, now + queue_glance);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

}  // namespace diorama
