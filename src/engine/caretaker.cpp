#include "engine/caretaker.hpp"

#include "engine/ledger.hpp"
#include "engine/teardown.hpp"
#include "store/environments.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"

#include <set>

namespace diorama {

Task<> Caretaker::run(std::stop_token stop)
{
    for (;;) {
        const auto done = co_await round(stop);
        if (!done && stop.stop_requested()) co_return;
        const bool slept = co_await sleep(shop_.world.scheduler, shop_.world.settings.resync, stop);
        if (!slept) co_return;
    }
}

Task<Result<>> Caretaker::round(std::stop_token stop)
{
    const auto asked = co_await ask_for_all();
    if (!asked) co_return asked.error();
    const auto paid = co_await pay_debts();
    if (!paid) co_return paid.error();
    const auto removed = co_await remove_orphans();
    if (!removed) co_return removed.error();
    if (stop.stop_requested()) co_return Error{Code::cancelled, "stopping"};
    co_return co_await remove_unused_images(shop_.world);
}

Task<Result<>> Caretaker::ask_for_all()
{
    const auto now = shop_.world.scheduler.now();
    const auto work = [now](Tx& tx) -> Result<> {
        for (const Environment& environment : environments::all_live(tx))
            jobs::enqueue(tx, environment.id, jobs::Priority::low, now);
        return ok();
    };
    const auto asked = co_await shop_.world.store.transact(work);
    if (asked) bell_.nudge();
    co_return asked;
}

Task<Result<>> Caretaker::pay_debts()
{
    const auto now = shop_.world.scheduler.now();
    const auto read = [now](Tx& tx) { return inventory::owed_due(tx, now, 100); };
    auto owed = co_await shop_.world.store.read(read);
    if (!owed) co_return owed.error();
    // One that is owed still stays visible, with its new reason: that is not a failure of the
    // round.
    Ledger ledger(shop_.world);
    const auto paid = co_await ledger.remove_all(*std::move(owed));
    if (!paid && paid.error().code == Code::unavailable) co_return ok();
    co_return paid;
}

Task<Result<>> Caretaker::remove_orphans()
{
    World world = shop_.world;
    // First what is, then what is remembered: a row comes before its object, so an object without
    // a row was made by nobody who still lives.
    auto found = co_await world.driver.observe(std::nullopt);
    if (!found) co_return found.error();
    const auto read = [target = world.settings.target](Tx& tx) {
        return inventory::of_target(tx, target);
    };
    const auto rows = co_await world.store.read(read);
    if (!rows) co_return rows.error();
    std::set<std::pair<EntryType, std::string>> known;
    for (const Entry& row : *rows)
        known.emplace(row.type, row.name);
    for (const EntryType type : {EntryType::container, EntryType::network, EntryType::volume}) {
        for (const Found& object : *found) {
            if (object.type != type || known.contains({object.type, object.name})) continue;
            const auto owner = object.labels.find("diorama.environment");
            const auto environment =
                EnvironmentId::parse(owner == object.labels.end() ? "" : owner->second);
            if (!environment) continue;  // Not ours, whatever else it says.
            const Entry orphan{
                .environment = *environment,
                .target = world.settings.target,
                .type = object.type,
                .name = object.name,
                .external_id = object.external_id
            };
            const auto removed = co_await world.driver.remove(orphan);
            if (!removed) co_return removed.error();
        }
    }
    co_return ok();
}

}  // namespace diorama
