#include "store/fixture.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"

using namespace diorama;

namespace {

struct Fixture : StoreFixture {
    Project shop = project();
    EnvironmentId home = environment(shop, 7).id;
    EnvironmentId other = environment(shop, 8).id;

    Entry entry(EntryType type, std::string name, std::string address = "")
    {
        return {
            .id = make_id<EntryId>(),
            .environment = home,
            .generation = 1,
            .target = "local",
            .type = type,
            .name = std::move(name),
            .service = "web",
            .key = "k1",
            .address = std::move(address),
            .created_at = now()
        };
    }
    Result<Entry> intend(Entry it)
    {
        return write([=](Tx& tx) { return inventory::intend(tx, it); });
    }
    Result<Entry> made(EntryId id, std::string external, std::string address = "")
    {
        return write([=](Tx& tx) { return inventory::made(tx, id, {external, address}); });
    }
    Result<Entry> owe(EntryId id, std::string problem, milliseconds in)
    {
        return write([=, this](Tx& tx) {
            return inventory::owe(tx, id, {problem, now(), now() + in});
        });
    }
    std::vector<Entry> entries()
    {
        return *read([&](Tx& tx) { return inventory::of_environment(tx, home); });
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an object is intended, made, owed and gone, and its row tells which")
{
    const auto it = entry(EntryType::container, "pr-7-web-1234");
    CHECK(*intend(it) == it);
    const auto is = made(it.id, "deadbeef", "10.0.0.2");
    CHECK(is->status == EntryStatus::made);
    CHECK(is->external_id == "deadbeef");
    CHECK(is->address == "10.0.0.2");
    CHECK(made(it.id, "deadbeef")->address == "10.0.0.2");
    const Instant first = now();
    CHECK(owe(it.id, "the engine does not answer", minutes{1})->attempts == 1);
    scheduler.run_for(minutes{1});
    const auto owed = owe(it.id, "still not", minutes{2});
    CHECK(owed->status == EntryStatus::owed);
    CHECK(owed->problem == "still not");
    CHECK(owed->attempts == 2);
    CHECK(owed->next_try == now() + minutes{2});
    CHECK(owed->owed_since == first);
    CHECK(entries() == std::vector{*owed});
    for (int twice = 0; twice < 2; ++twice)
        CHECK(write([&](Tx& tx) { inventory::gone(tx, it.id); }).has_value());
    CHECK(entries().empty());
    CHECK(made(it.id, "x").error().code == Code::not_found);
    CHECK(owe(it.id, "x", minutes{1}).error().code == Code::not_found);
}

TEST_CASE_FIXTURE(Fixture, "what was intended before a crash is taken up again, not doubled")
{
    const auto network = entry(EntryType::network, "net", "10.90.0.0/26");
    CHECK(intend(network).has_value());
    auto again = entry(EntryType::network, "net", "10.90.0.64/26");
    again.generation = 2;
    const auto same = intend(again);
    CHECK(same->id == network.id);
    CHECK(same->generation == 2);
    CHECK(same->address == "10.90.0.0/26");  // It may exist with that one already.
    CHECK(made(network.id, "n1").has_value());
    CHECK(intend(again)->status == EntryStatus::made);
    CHECK(intend(again)->external_id == "n1");
    CHECK(owe(network.id, "in use", minutes{1}).has_value());
    const auto back = intend(again);
    CHECK(back->status == EntryStatus::intended);
    CHECK(back->problem.empty());
    CHECK(back->attempts == 0);
    CHECK_FALSE(back->next_try);
    CHECK_FALSE(back->owed_since);
    CHECK(entries().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a name or a subnet that another environment has is a conflict")
{
    CHECK(intend(entry(EntryType::network, "net", "10.90.0.0/26")).has_value());
    auto rival = entry(EntryType::network, "net");
    rival.environment = other;
    CHECK(intend(rival).error().message.contains(home.text()));
    rival.name = "net-8";
    rival.address = "10.90.0.0/26";
    CHECK(intend(rival).error().code == Code::conflict);
    CHECK(intend(rival).error().message.contains("10.90.0.0/26"));
    rival.target = "second-engine";
    CHECK(intend(rival).has_value());
    auto volume = entry(EntryType::volume, "net");
    volume.environment = other;
    CHECK(intend(volume).has_value());
    // Containers may share an address for a moment, while one replaces the other.
    CHECK(intend(entry(EntryType::container, "a", "10.90.0.2")).has_value());
    CHECK(intend(entry(EntryType::container, "b", "10.90.0.2")).has_value());
}

TEST_CASE_FIXTURE(Fixture, "subnets that any network of a target holds are known")
{
    const auto taken = [&](std::string target) {
        return *read([=](Tx& tx) { return inventory::subnets(tx, target); });
    };
    const auto one = entry(EntryType::network, "one", "10.90.0.64/26");
    CHECK(intend(one).has_value());
    CHECK(intend(entry(EntryType::network, "two", "10.90.0.0/26")).has_value());
    CHECK(intend(entry(EntryType::network, "none")).has_value());
    CHECK(intend(entry(EntryType::container, "c", "10.90.0.2")).has_value());
    CHECK(taken("local") == std::vector<std::string>{"10.90.0.0/26", "10.90.0.64/26"});
    CHECK(owe(one.id, "in use", minutes{1}).has_value());
    CHECK(taken("local").size() == 2);
    CHECK(taken("elsewhere").empty());
}

TEST_CASE_FIXTURE(Fixture, "what is owed comes up when its next try is due, longest overdue first")
{
    const auto one = entry(EntryType::container, "one");
    const auto two = entry(EntryType::container, "two");
    const auto three = entry(EntryType::container, "three");
    for (const auto& each : {one, two, three})
        CHECK(intend(each).has_value());
    CHECK(owe(one.id, "busy", minutes{2}).has_value());
    CHECK(owe(two.id, "busy", minutes{1}).has_value());
    const auto due = [&](std::size_t limit) {
        std::vector<std::string> names;
        for (auto& each : *read([&](Tx& tx) { return inventory::owed_due(tx, now(), limit); }))
            names.push_back(each.name);
        return names;
    };
    CHECK(due(10).empty());
    scheduler.run_for(minutes{1});
    CHECK(due(10) == std::vector<std::string>{"two"});
    scheduler.run_for(minutes{1});
    CHECK(due(10) == std::vector<std::string>{"two", "one"});
    CHECK(due(1) == std::vector<std::string>{"two"});
    CHECK(read([](Tx& tx) { return inventory::owed(tx); })->size() == 2);
    CHECK(read([](Tx& tx) { return inventory::of_target(tx, "local"); })->size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "the instances of an environment are replaced together")
{
    const auto instance = [&](EnvironmentId of, std::string service, std::uint32_t replica) {
        return Instance{
            .environment = of,
            .service = std::move(service),
            .replica = replica,
            .container = make_id<EntryId>(),
            .generation = 3,
            .key = "k",
            .image = "diorama/shop/web:abc",
            .address = "10.90.0.2",
            .port = 65535,
            .host = "shop-pr-7.localhost",
            .main = true,
            .revival = R"({"limit": "1m"})"
        };
    };
    const auto replace = [&](EnvironmentId of, std::vector<Instance> fresh) {
        CHECK(write([&](Tx& tx) { instances::replace(tx, of, fresh); }).has_value());
    };
    const auto list = [&] { return *read([&](Tx& tx) { return instances::list(tx, home); }); };
    const std::vector first{
        instance(home, "api", 0), instance(home, "web", 0), instance(home, "web", 1)
    };
    replace(home, {first[2], first[0], first[1]});
    replace(other, {instance(other, "web", 0)});
    CHECK(list() == first);
    const std::vector second{instance(home, "web", 0)};
    replace(home, second);
    CHECK(list() == second);
    CHECK(read([](Tx& tx) { return instances::list_all(tx); })->size() == 2);
    replace(home, {});
    CHECK(list().empty());
}
