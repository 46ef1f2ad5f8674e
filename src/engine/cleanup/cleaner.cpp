#include "engine/cleanup/cleaner.hpp"

#include "engine/accident.hpp"
#include "engine/cleanup/retention.hpp"
#include "engine/teardown.hpp"
#include "engine/teller.hpp"
#include "store/environments.hpp"
#include "store/inventory.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// After the start: first what was under way goes on.
constexpr seconds first_pause{5};

/// What is over at `now`, and what that is judged by.
struct Judged {
    Attendance attended;
    std::vector<Environment> live;
    std::vector<Ending> endings;
};

Judged judge(Tx& tx, const CleanupSettings& settings, Instant now)
{
    Judged judged{attendance::read(tx).at(now, settings.every), environments::all_live(tx), {}};
    judged.endings = endings(settings, judged.live, judged.attended);
    return judged;
}

/// Takes down what is over and not held, in one transaction with the facts that say so.
Result<std::vector<Ending>>
end_what_is_over(Tx& tx, const CleanupSettings& settings, const Moment& moment, bool confirmed)
{
    Judged judged = judge(tx, settings, moment.now);
    attendance::keep(tx, judged.attended);
    for (Ending& each : judged.endings) {
        if (confirmed) each.held = false;
        if (each.held) continue;
        const auto seen = std::ranges::find(judged.live, each.environment, &Environment::id);
        const auto going = end_by_clock(tx, *seen, each.why, moment);
        if (!going) return going.error();
    }
    return std::move(judged.endings);
}

std::size_t count_held(const std::vector<Ending>& endings)
{
    return static_cast<std::size_t>(std::ranges::count_if(endings, &Ending::held));
}

/// What the host shows; what it did not answer is unknown.
struct Shown {
    std::optional<std::vector<Found>> objects;
    std::optional<Stock> stock;
};

/// What of it is to go, by what the store knows.
Result<CleanupPlan> look(Tx& tx, const EngineSettings& settings, const Shown& shown, Instant now)
{
    CleanupPlan plan;
    plan.endings = judge(tx, settings.cleanup, now).endings;
    const Outdated old = outdated(tx, settings.cleanup, now);
    plan.lines = old.lines;
    plan.histories = old.histories;
    if (shown.stock)
        plan.images =
            spare_images(settings.cleanup, image_uses::list(tx, settings.target), *shown.stock);
    if (!shown.objects) return plan;
    const auto left = strays(inventory::of_target(tx, settings.target), *shown.objects);
    plan.orphans = orphans(tx, left, count_environments(*shown.objects));
    return plan;
}

}  // namespace

Task<> Cleaner::run(std::stop_token stop)
{
    milliseconds pause = first_pause;
    for (;;) {
        const bool slept = co_await sleep(world_.scheduler, pause, stop);
        if (!slept) co_return;
        const auto done = co_await caught(pass(stop));
        if (!stop.stop_requested()) tell(done);
        pause = world_.settings.cleanup.every;
    }
}

/// Each of its parts is done though another one failed.
Task<Result<>> Cleaner::pass(std::stop_token stop)
{
    const auto ended = co_await end_environments(false);
    if (ended) tell(*ended);
    Result<> asked = ok();
    // A poll that comes more often than we has asked already.
    if (world_.settings.forges.poll > world_.settings.cleanup.every)
        asked = co_await poller_.pass(stop);
    if (stop.stop_requested()) co_return ok();
    const auto tidied = co_await remove_images();
    if (stop.stop_requested()) co_return ok();
    const auto forgotten = co_await forget_outdated(world_, stop);
    if (!ended) co_return ended.error();
    if (!asked) co_return asked.error();
    if (!tidied) co_return tidied.error();
    if (!forgotten) co_return forgotten.error();
    co_return ok();
}

Task<Result<std::vector<Ending>>> Cleaner::end_environments(bool confirmed)
{
    const Moment now = moment(world_.scheduler, world_.random, world_.settings, {});
    const auto work = [=, &settings = world_.settings.cleanup](Tx& tx) {
        return end_what_is_over(tx, settings, now, confirmed);
    };
    const auto ended = co_await world_.store.transact(work);
    if (ended) ring(*ended);
    co_return ended;
}

void Cleaner::ring(const std::vector<Ending>& ended)
{
    for (const Ending& each : ended) {
        if (each.held) continue;
        const Teller teller(world_, each.environment, std::nullopt);
        teller.deploy("its time is over: " + each.why);
        bell_.ring(each.environment);
    }
}

/// In one transaction they are let go of; then they are removed as those are that nobody keeps.
Task<Result<std::vector<SpareImage>>> Cleaner::remove_images()
{
    const auto stock = co_await world_.builder.stock(our_images(world_.settings));
    if (!stock) co_return stock.error();
    const auto work = [stock = *stock,
                       &settings = world_.settings](Tx& tx) -> Result<std::vector<SpareImage>> {
        const auto listed = image_uses::list(tx, settings.target);
        auto spare = spare_images(settings.cleanup, listed, stock);
        for (const SpareImage& each : spare)
            image_uses::release(tx, settings.target, each.reference);
        return spare;
    };
    auto spare = co_await world_.store.transact(work);
    if (!spare) co_return spare.error();
    const auto removed = co_await remove_unused_images(world_);
    if (!removed) co_return removed.error();
    co_return *std::move(spare);
}

Task<Result<CleanupPlan>> Cleaner::plan()
{
    const auto found = co_await world_.driver.observe(std::nullopt);
    const auto stock = co_await world_.builder.stock(our_images(world_.settings));
    Shown shown;
    if (found) shown.objects = *found;
    if (stock) shown.stock = *stock;
    const auto read = [shown, &settings = world_.settings, now = world_.scheduler.now()](Tx& tx) {
        return look(tx, settings, shown, now);
    };
    auto plan = co_await world_.store.read(read);
    if (plan && !found) plan->unknown.push_back("what runs: " + found.error().text());
    if (plan && !stock) plan->unknown.push_back("images: " + stock.error().text());
    co_return plan;
}

Task<Result<CleanupPlan>> Cleaner::pass_by_hand(std::stop_token stop)
{
    auto planned = co_await plan();
    if (!planned) co_return planned.error();
    auto ended = co_await end_environments(true);
    if (!ended) co_return ended.error();
    planned->endings = *std::move(ended);
    const auto asked = co_await poller_.pass(stop);
    if (!asked) planned->unknown.push_back("what is closed: " + asked.error().text());
    const auto round = co_await caretaker_.round(stop);
    if (!round) planned->unknown.push_back("what has no row: " + round.error().text());
    auto tidied = co_await remove_images();
    if (!tidied) planned->unknown.push_back("images: " + tidied.error().text());
    if (tidied) planned->images = *std::move(tidied);
    const auto forgotten = co_await forget_outdated(world_, stop);
    if (!forgotten) co_return forgotten.error();
    planned->lines = forgotten->lines;
    planned->histories = forgotten->histories;
    co_return planned;
}

Task<Result<std::vector<Ending>>> Cleaner::over()
{
    const auto read = [&settings = world_.settings.cleanup, now = world_.scheduler.now()](Tx& tx
                      ) -> Result<std::vector<Ending>> { return judge(tx, settings, now).endings; };
    co_return co_await world_.store.read(read);
}

Task<Result<std::size_t>> Cleaner::release()
{
    const auto seen = co_await over();
    if (!seen) co_return seen.error();
    const std::size_t held = count_held(*seen);
    if (held == 0) co_return held;
    const auto ended = co_await end_environments(true);
    if (!ended) co_return ended.error();
    co_return held;
}

void Cleaner::tell(const std::vector<Ending>& endings)
{
    const std::size_t held = count_held(endings);
    if (held == told_held_) return;
    told_held_ = held;
    if (held == 0) return;
    world_.log.warn(
        "the brake holds",
        {
            {"why", held_endings_sentence(held)}
    }
    );
}

/// The same reason, pass after pass, is told once.
void Cleaner::tell(const Result<>& done)
{
    const std::string reason = done ? "" : done.error().text();
    if (reason == told_) return;
    told_ = reason;
    if (!done)
        world_.log.warn(
            "the cleanup could not do all",
            {
                {"why", done.error()}
        }
        );
}

}  // namespace diorama
