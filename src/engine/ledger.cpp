#include "engine/ledger.hpp"

#include "base/concurrency.hpp"
#include "engine/retry.hpp"
#include "model/addresses.hpp"
#include "store/inventory.hpp"

namespace diorama {

namespace {

/// Called inside the transaction that writes the row, so that no two networks get the same subnet.
Result<std::string> take_subnet(
    Tx& tx, const std::string& target, const std::string& range, const std::string& reserved
)
{
    const auto whole = Subnet::parse(range);
    if (!whole) return whole.error();
    std::vector<Subnet> taken;
    std::vector<std::string> texts = inventory::subnets(tx, target);
    if (!reserved.empty()) texts.push_back(reserved);
    for (const std::string& text : texts) {
        const auto subnet = Subnet::parse(text);
        if (!subnet) return subnet.error();
        taken.push_back(*subnet);
    }
    const auto subnet = free_subnet(*whole, scene_prefix, taken, {});
    if (!subnet) return subnet.error();
    return subnet->text();
}

/// 30 s, then twice as long each time, up to an hour.
milliseconds pause_after(std::uint32_t attempts)
{
    return std::min<milliseconds>(seconds{30} * (1LL << std::min(attempts, 7U)), hours{1});
}

}  // namespace

Task<Result<Entry>> Ledger::intend(Entry row)
{
    const std::string range = world_.settings.subnets;
    const std::string reserved = world_.settings.reserved_subnet;
    const auto work = [=](Tx& tx) -> Result<Entry> {
        Entry wanted = row;
        const auto known = inventory::find_by_name(tx, row.target, row.type, row.name);
        if (row.type == EntryType::network && !known) {
            auto subnet = take_subnet(tx, row.target, range, reserved);
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
    const auto intended = co_await intend(row);
    if (!intended) co_return intended.error();
    if (auto* network = std::get_if<NetworkIntent>(&intent)) network->subnet = intended->address;

    const auto attempt = [&] { return world_.driver.apply(intent, stop); };
    const auto applied = co_await retry(world_, stop, attempt);
    if (!applied) co_return applied.error();

    const inventory::Making making{
        .external_id = applied->external_id,
        .address = row.type == EntryType::container ? applied->address : ""
    };
    const EntryId id = intended->id;
    const auto work = [=](Tx& tx) { return inventory::made(tx, id, making); };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Ledger::remove(Entry row)
{
    const auto removed = co_await world_.driver.remove(row);
    if (!removed) {
        const auto owed = co_await owe(row, removed.error());
        if (!owed) co_return owed.error();
        co_return removed.error().during(fmt::format("remove {} {}", name(row.type), row.name));
    }
    const EntryId id = row.id;
    const auto work = [=](Tx& tx) -> Result<> {
        inventory::gone(tx, id);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Ledger::owe(Entry row, Error why)
{
    const Instant again = world_.scheduler.now() + pause_after(row.attempts);
    const auto work = [=](Tx& tx) -> Result<> {
        const auto owed = inventory::owe(tx, row.id, why.text(), again);
        if (!owed) return owed.error();
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

Task<Result<>> Ledger::remove_all(std::vector<Entry> rows)
{
    std::vector<Task<Result<>>> removals;
    for (Entry& row : rows)
        removals.push_back(remove(std::move(row)));
    const auto answers = co_await all(world_.scheduler, std::move(removals));
    for (const auto& answer : answers) {
        if (!answer) co_return answer.error();
    }
    co_return ok();
}

Task<Result<std::vector<Entry>>> Ledger::of_environment(EnvironmentId environment)
{
    const auto work = [=](Tx& tx) { return inventory::of_environment(tx, environment); };
    co_return co_await world_.store.read(work);
}

}  // namespace diorama
