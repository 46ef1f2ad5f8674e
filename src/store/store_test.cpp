#include "base/concurrency.hpp"
#include "store/fixture.hpp"
#include "store/settings.hpp"

using namespace diorama;

namespace {

Task<> set_later(Store& store, std::string key, int& done)
{
    auto work = [key](Tx& tx) { settings::set(tx, key, "x"); };
    const auto kept = co_await store.transact(work);
    CHECK(kept.has_value());
    ++done;
}

Task<> fail_later(Store& store, int& done)
{
    auto work = [](Tx& tx) -> Result<int> {
        settings::set(tx, "taken back", "x");
        return Error{Code::conflict, "no"};
    };
    const auto kept = co_await store.transact(work);
    CHECK(kept.error().message == "no");
    ++done;
}

Task<> throw_later(Store& store, int& done)
{
    auto work = [](Tx& tx) {
        settings::set(tx, "thrown away", "x");
        throw std::runtime_error("accident");
    };
    try {
        co_await store.transact(work);
    } catch (const std::runtime_error& error) {
        CHECK(std::string_view(error.what()) == "accident");
        ++done;
    }
}

std::optional<std::string> setting(StoreFixture& at, std::string key)
{
    return *at.read([key](Tx& tx) { return settings::get(tx, key); });
}

}  // namespace

TEST_CASE("works asked for together share one commit, and one that fails takes only itself back")
{
    TemporaryDirectory directory;
    for (const auto& path : {std::string(":memory:"), directory.file("diorama.db")}) {
        StoreFixture at(path);
        int done = 0;
        TaskGroup group(at.scheduler);
        const auto before = at.store->statistics();
        group.spawn(set_later(*at.store, "first", done));
        for (int i = 0; i < 100; ++i)
            group.spawn(set_later(*at.store, fmt::format("key {}", i), done));
        group.spawn(fail_later(*at.store, done));
        group.spawn(throw_later(*at.store, done));
        group.spawn(set_later(*at.store, "last", done));
        at.scheduler.run(group.join());

        CHECK(done == 104);
        const auto after = at.store->statistics();
        CHECK(after.works - before.works == 104);
        // The first goes alone; the others gather while it is committed.
        CHECK(after.commits - before.commits == 2);
        CHECK(setting(at, "first") == "x");
        CHECK(setting(at, "key 99") == "x");
        CHECK(setting(at, "last") == "x");
        CHECK_FALSE(setting(at, "taken back"));
        CHECK_FALSE(setting(at, "thrown away"));
    }
}

TEST_CASE("what was written is there after the store is opened again")
{
    TemporaryDirectory directory;
    const auto path = directory.file("with space.db");
    std::string installation;
    {
        StoreFixture at(path);
        CHECK(at.write([](Tx& tx) { settings::set(tx, "domain", "example.org"); }).has_value());
        installation = at.read([](Tx& tx) { return settings::installation(tx).text(); }).value();
    }
    StoreFixture again(path);
    CHECK(setting(again, "domain") == "example.org");
    CHECK(again.read([](Tx& tx) { return settings::installation(tx).text(); }) == installation);
}

TEST_CASE("a reading work may not write")
{
    TemporaryDirectory directory;
    for (const auto& path : {std::string(":memory:"), directory.file("diorama.db")}) {
        StoreFixture at(path);
        CHECK_THROWS_AS(
            at.read([](Tx& tx) { settings::set(tx, "domain", "x"); }), std::logic_error
        );
        CHECK_FALSE(setting(at, "domain"));
    }
}

TEST_CASE("a reader sees what was committed before it asked")
{
    TemporaryDirectory directory;
    StoreFixture at(directory.file("diorama.db"));
    for (int i = 0; i < 20; ++i) {
        const auto value = std::to_string(i);
        CHECK(at.write([&](Tx& tx) { settings::set(tx, "count", value); }).has_value());
        CHECK(setting(at, "count") == value);
    }
}

TEST_CASE("numbers keep all 64 bits, text its bytes and its NUL, and NULL stays nothing")
{
    StoreFixture at;
    CHECK(at.write([](Tx& tx) {
                tx.execute("CREATE TABLE odd (number BIGINT, words TEXT, absent TEXT)");
            }).has_value());
    const std::int64_t low = std::numeric_limits<std::int64_t>::min();
    const std::string words = std::string("a\0b\xff", 4) + "'; DROP TABLE odd; --";
    CHECK(at.write([&](Tx& tx) {
                tx.execute(
                    "INSERT INTO odd (number, words, absent) VALUES (:n, :w, :o)",
                    {
                        {"n", low                         },
                        {"w", words                       },
                        {"o", std::optional<std::string>{}}
                }
                );
            }).has_value());
    const auto seen = at.read([&](Tx& tx) {
        return tx.one("SELECT *, number + 1 AS next FROM odd", [&](const Row& row) {
            CHECK(row.integer("number") == low);
            CHECK(row.integer("next") == low + 1);
            CHECK(row.text("words") == words);
            CHECK(row.null("absent"));
            CHECK_THROWS_AS(row.text("absent"), std::logic_error);
            CHECK_THROWS_AS(row.integer("words"), std::logic_error);
            CHECK_THROWS_AS(row.text("missing"), std::logic_error);
            return true;
        });
    });
    CHECK(seen->value());
}

TEST_CASE("a statement and its parameters must agree, and a failure never tells their values")
{
    StoreFixture at;
    const auto failure = [&](auto work) -> std::string {
        try {
            (void)at.write(work);
            return "";
        } catch (const std::logic_error& error) {
            return error.what();
        }
    };
    const auto count = [](Tx& tx) {
        tx.execute(
            "SELECT :a",
            {
                {"a", 1},
                {"b", 2}
        }
        );
    };
    CHECK(failure(count).starts_with("2 parameters for the 1 of"));
    const auto missing = [](Tx& tx) { tx.execute("SELECT :a"); };
    CHECK(failure(missing).starts_with("0 parameters for the 1 of"));
    const auto twice = [](Tx& tx) {
        const Params params{
            {"name",  "tenant" },
            {"value", "hunter2"}
        };
        tx.execute("INSERT INTO settings (name, value) VALUES (:name, :value)", params);
    };
    CHECK(failure(twice).contains("UNIQUE"));
    CHECK_FALSE(failure(twice).contains("hunter2"));
    const auto broken = [](Tx& tx) { tx.execute("SELEC 1"); };
    CHECK(failure(broken).contains("syntax error"));
    CHECK(setting(at, "tenant").has_value());  // It still works.
}

TEST_CASE("more than one row where one is expected is a bug, and no statement stays open after it")
{
    TemporaryDirectory directory;
    StoreFixture at(directory.file("diorama.db"));
    const auto two = [](Tx& tx) {
        return tx.one("SELECT name FROM settings", [](const Row& row) { return row.text("name"); });
    };
    CHECK_THROWS_AS(at.read(two), std::logic_error);
    CHECK(at.write([](Tx& tx) { settings::set(tx, "later", "x"); }).has_value());
    CHECK(setting(at, "later") == "x");
}
