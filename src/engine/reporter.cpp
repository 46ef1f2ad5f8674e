#include "engine/reporter.hpp"

#include "engine/accident.hpp"
#include "engine/forges.hpp"
#include "engine/retry.hpp"
#include "engine/telling.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::size_t at_once = 64;  ///< Rows read at a time.

/// A place in the queue is told again while it lasts.
constexpr milliseconds queue_glance = seconds{30};

/// Tries for something that is gone, whose repository may be gone as well.
constexpr std::uint64_t most_farewells = 10;

}  // namespace

Task<> Reporter::run(std::stop_token stop)
{
    TaskGroup group(world_.scheduler);
    while (!stop.stop_requested()) {
        co_await take(group, stop);
        const milliseconds idle = co_await idle_time();
        const Deadline deadline(world_.scheduler, idle, stop);
        co_await done_.wait(deadline.token());
    }
    co_await group.join();
}

/// Starts a round for everything that is due and is not being told yet.
Task<> Reporter::take(TaskGroup& group, std::stop_token stop)
{
    const auto read = [now = world_.scheduler.now()](Tx& tx) -> Result<std::vector<feedback::Due>> {
        return feedback::due(tx, now, at_once);
    };
    const auto due = co_await caught(world_.store.read(read));
    if (!due) co_return;  // The store is busy: after the pause.
    for (const feedback::Due& each : *due) {
        if (!telling_.insert(each.environment).second) continue;
        group.spawn(work(each, stop));
    }
}

Task<> Reporter::work(feedback::Due due, std::stop_token stop)
{
    const auto place = co_await places_.acquire(stop);
    if (place) {
        const auto done = co_await caught(tell(due, stop));
        // What the store did not take stays due; it gets a moment.
        if (!done) co_await sleep(world_.scheduler, seconds{1}, stop);
    }
    telling_.erase(due.environment);
    done_.notify();
}

/// An error says that our own store did not answer.
Task<Result<>> Reporter::tell(feedback::Due due, std::stop_token stop)
{
    const auto read = [due, &settings = world_.settings, now = world_.scheduler.now()](Tx& tx) {
        return brief(tx, settings, due.environment, now);
    };
    auto briefing = co_await world_.store.read(read);
    if (!briefing) co_return briefing.error();
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
        if (briefing.shown.position) feedback::ask(tx, due.environment, now + queue_glance);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

/// Whatever is marked now is due after a pause: who looks once in each pause is never late.
Task<milliseconds> Reporter::idle_time()
{
    const auto read = [](Tx& tx) -> Result<std::optional<Instant>> {
        return feedback::next_due(tx);
    };
    const auto next = co_await caught(world_.store.read(read));
    if (!next || !*next) co_return feedback::pause;
    const auto left = **next - world_.scheduler.now();
    // What is due now is being told: its end wakes us.
    if (left <= milliseconds{0}) co_return telling_.empty() ? milliseconds{100} : feedback::pause;
    co_return std::min<milliseconds>(left, feedback::pause);
}

}  // namespace diorama
