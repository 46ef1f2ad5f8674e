#include "engine/ledger.hpp"

#include "base/concurrency.hpp"
#include "base/duration.hpp"
#include "engine/retry.hpp"
#include "model/addresses.hpp"
#include "store/environments.hpp"
#include "store/inventory.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// How many subnets are tried before somebody has to look.
constexpr std::size_t most_tries = 8;

/// Called inside the transaction that writes the row, so that no two networks get the same subnet.
Result<std::string> take_subnet(
    Tx& tx, const std::string& target, const std::string& range, std::vector<Subnet> avoided
)
{
    const auto whole = Subnet::parse(range);
    if (!whole) return whole.error();
    std::vector<Subnet> taken;
    for (const std::string& text : inventory::subnets(tx, target)) {
        const auto subnet = Subnet::parse(text);
        if (!subnet) return subnet.error();
        taken.push_back(*subnet);
    }
    const auto subnet = free_subnet(*whole, scene_prefix, taken, avoided);
    if (!subnet) return subnet.error();
    return subnet->text();
}

/// A host that hangs must not hold the worker: what it did not remove in time is owed.
Task<Result<>> remove_in_time(World world, Entry row)
{
    const milliseconds limit = world.settings.deadlines.removal;
    const Deadline deadline(world.scheduler, limit);
    const auto removed = co_await world.driver.remove(row, deadline.token());
    if (removed || !deadline.expired()) co_return removed;
    co_return Error{
        Code::timed_out,
        fmt::format("it was not gone within {}", format_duration(limit)),
        "See whether the Docker Engine answers, or raise deadlines.removal in diorama.toml."
    };
}

}  // namespace

Task<Result<Entry>> Ledger::intend(Entry row, std::vector<Subnet> avoided)
{
    const std::string range = world_.settings.subnets;
    const auto work = [=](Tx& tx) -> Result<Entry> {
        // Somebody else may have taken over while we waited: nothing is made for an older wish.
        const auto owner = environments::find(tx, row.environment);
        if (!owner) return owner.error();
        if (owner->wanted.generation != row.generation)
            return Error{Code::superseded, "a newer wish came"};
        Entry wanted = row;
        const auto known = inventory::find_by_name(tx, row.target, row.type, row.name);
        if (row.type == EntryType::network && !known) {
            auto subnet = take_subnet(tx, row.target, range, avoided);
            if (!subnet) return subnet.error();
            wanted.address = *subnet;
        }
        return inventory::intend(tx, wanted);
    };
    co_return co_await world_.store.transact(work);
}

Task<Result<Entry>> Ledger::make(Entry row, Intent intent, std::stop_token stop)
{
    row.id = EntryId::make(world_.scheduler.now(), world_.random);
    row.target = world_.settings.target;
    row.created_at = world_.scheduler.now();
    if (auto* network = std::get_if<NetworkIntent>(&intent))
        co_return co_await make_network(std::move(row), std::move(*network), stop);
    const auto intended = co_await intend(row, {});
    if (!intended) co_return intended.error();
    co_return co_await apply(*intended, std::move(intent), stop);
}

Task<Result<Entry>> Ledger::make_network(Entry row, NetworkIntent intent, std::stop_token stop)
{
    auto avoided = co_await world_.driver.routes();
    if (!avoided) co_return avoided.error();
    for (std::size_t tries = 1;; ++tries) {
        const auto intended = co_await intend(row, *avoided);
        if (!intended) co_return intended.error();
        intent.subnet = intended->address;
        auto made = co_await apply(*intended, intent, stop);
        if (made || made.error().code != Code::conflict || tries == most_tries) co_return made;
        // Somebody who is no route of this machine's has it: nothing was made.
        const auto taken = Subnet::parse(intended->address);
        if (!taken) co_return taken.error();
        avoided->push_back(*taken);
        const auto forgotten = co_await forget(intended->id);
        if (!forgotten) co_return forgotten.error();
    }
}

Task<Result<Entry>> Ledger::apply(Entry intended, Intent intent, std::stop_token stop)
{
    const auto attempt = [&] { return world_.driver.apply(intent, stop); };
    const auto applied = co_await retry(world_, stop, attempt);
    if (!applied) co_return applied.error();
    const inventory::Making making{
        .external_id = applied->external_id,
        .address = intended.type == EntryType::container ? applied->address : ""
    };
    const auto work = [=, id = intended.id](Tx& tx) { return inventory::made(tx, id, making); };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Ledger::forget(EntryId row)
{
    const auto work = [=](Tx& tx) -> Result<> {
        inventory::gone(tx, row);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Ledger::remove(Entry row)
{
    const auto removed = co_await remove_in_time(world_, row);
    if (!removed) {
        const auto owed = co_await owe(row, removed.error());
        if (!owed) co_return owed.error();
        co_return removed.error().during(fmt::format("remove {} {}", name(row.type), row.name));
    }
    co_return co_await forget(row.id);
}

Task<Result<>> Ledger::owe(Entry row, Error why)
{
    const Instant now = world_.scheduler.now();
    const Instant again = now + pause_after(row.attempts, seconds{30}, hours{1});
    const auto work = [=](Tx& tx) -> Result<> {
        const auto owed = inventory::owe(tx, row.id, {why.text(), now, again});
        if (!owed) return owed.error();
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Ledger::remove_all(std::vector<Entry> rows)
{
    const auto is_container = [](const Entry& row) { return row.type == EntryType::container; };
    const auto others = std::ranges::partition(rows, is_container).begin();
    const auto remove_each = [this](auto first, auto last) {
        std::vector<Task<Result<>>> removals;
        for (; first != last; ++first)
            removals.push_back(remove(std::move(*first)));
        return all_done(world_.scheduler, std::move(removals));
    };
    const auto removed = co_await remove_each(rows.begin(), others);
    if (!removed) co_return removed.error();
    co_return co_await remove_each(others, rows.end());
}

Task<Result<std::vector<Entry>>> Ledger::of_environment(EnvironmentId environment)
{
    const auto work = [=](Tx& tx) { return inventory::of_environment(tx, environment); };
    co_return co_await world_.store.read(work);
}

}  // namespace diorama
