#include "store/connection.hpp"
#include "store/migrations.hpp"
#include "store/sqlite.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace diorama;

namespace {

constexpr Migration first{1, "first", "CREATE TABLE a (x BIGINT);\nCREATE TABLE b (y TEXT);\n"};
constexpr Migration second{2, "second", "ALTER TABLE a ADD COLUMN z TEXT;\n"};
constexpr Migration broken{2, "broken", "CREATE TABLE c (x TEXT);\nCREATE TABLE a (x TEXT);\n"};

struct Fixture {
    std::shared_ptr<const Dialect> dialect{Sqlite::open(":memory:").value()};
    Connection connection{dialect, Tx::Mode::write};

    template <std::size_t N>
    Result<> migrate(std::array<Migration, N> known)
    {
        return diorama::migrate(connection, known, Instant{});
    }

    bool has_table(const std::string& name)
    {
        bool found = false;
        connection.each(
            "SELECT name FROM sqlite_master WHERE name = :name",
            {
                {"name", name}
        },
            [&](const Row&) { found = true; }
        );
        return found;
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "K05 the schema is brought up step by step, each step once")
{
    CHECK(migrate(std::array{first}).has_value());
    CHECK(has_table("a"));
    CHECK(has_table("b"));
    CHECK(migrate(std::array{first, second}).has_value());
    CHECK(migrate(std::array{first, second}).has_value());
}

TEST_CASE_FIXTURE(Fixture, "K05 a database newer than the program is refused with both versions")
{
    CHECK(migrate(std::array{first, second}).has_value());
    const auto older = migrate(std::array{first});
    REQUIRE(older.has_error());
    CHECK(older.error().code == Code::invalid);
    CHECK(
        older.error().message == "the database has schema 2, and this Diorama knows schemas up to 1"
    );
    CHECK(older.error().mend.contains("restore the backup"));
}

TEST_CASE_FIXTURE(Fixture, "K05 a released step that was changed is noticed")
{
    CHECK(migrate(std::array{first}).has_value());
    Migration changed = first;
    changed.sql = "CREATE TABLE a (x BIGINT, w TEXT);\n";
    const auto refused = migrate(std::array{changed});
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.contains("step 1 of the database's schema (first)"));
}

TEST_CASE_FIXTURE(Fixture, "K05 a step that fails leaves nothing of itself behind")
{
    CHECK(migrate(std::array{first}).has_value());
    CHECK_THROWS_AS((void)migrate(std::array{first, broken}), std::logic_error);
    CHECK_FALSE(has_table("c"));
    CHECK(migrate(std::array{first, second}).has_value());
}

TEST_CASE("the embedded steps are numbered without gaps and use types both databases understand")
{
    std::uint32_t expected = 0;
    for (const Migration& each : embedded_migrations()) {
        CHECK(each.version == ++expected);
        for (const auto* word : {"INTEGER", "AUTOINCREMENT", "BLOB", "DATETIME", "WITHOUT ROWID"})
            CHECK_FALSE(each.sql.contains(word));
    }
    CHECK(expected >= 1);
}
