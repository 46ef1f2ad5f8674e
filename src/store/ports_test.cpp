#include "store/fixture.hpp"
#include "store/ports.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace diorama;

namespace {

/// A pool of three and three ports, and pull requests that want some.
struct Harbour : StoreFixture {
    Result<Ports> ask(const Environment& environment)
    {
        return write([&](Tx& tx) { return ports::take(tx, environment, pool, now()); });
    }
    Ports take(const Environment& environment) { return ask(environment).value(); }
    Ports take(std::int64_t number) { return take(environment(shop, number)); }
    void release(const Environment& environment)
    {
        const auto work = [&](Tx& tx) -> Result<> {
            ports::release(tx, environment.id);
            return ok();
        };
        REQUIRE(write(work).has_value());
    }
    std::optional<Ports> of(const Environment& environment)
    {
        const auto work = [&](Tx& tx) -> Result<std::optional<Ports>> {
            return ports::of_environment(tx, environment.id);
        };
        return *read(work);
    }

    PortPool pool{
        .app = {8000, 8002},
          .database = {9000, 9002}
    };
    Project shop = project();
};

}  // namespace

TEST_CASE("a pull request gets the ports of its number where they are free, else the next (E10)")
{
    Harbour harbour;
    CHECK(harbour.take(1) == Ports{8001, 9001});
    const Project other = harbour.project("other");
    CHECK(harbour.take(harbour.environment(other, 1)) == Ports{8000, 9000});
    CHECK(harbour.take(500) == Ports{8002, 9002});
}

TEST_CASE("what an environment has it keeps, however the pool is changed (E10)")
{
    Harbour harbour;
    const Environment first = harbour.environment(harbour.shop, 2);
    REQUIRE(harbour.take(first) == Ports{8002, 9002});
    harbour.pool = {
        .app = {8100, 8200},
          .database = {8000, 8003},
          .reserved = {9002}
    };
    CHECK(harbour.take(first) == Ports{8002, 9002});
    CHECK(harbour.of(first) == Ports{8002, 9002});
    // What once was an app's is no database's while it is owned.
    CHECK(harbour.take(7) == Ports{8107, 8000});
    CHECK(harbour.take(2 + 500) == Ports{8100, 8001});
    CHECK(harbour.take(503) == Ports{8101, 8003});
}

TEST_CASE("where we listen ourselves nobody is sent (E10)")
{
    Harbour harbour;
    harbour.pool.reserved = {8001, 9000};
    CHECK(harbour.take(1) == Ports{8000, 9001});
    CHECK(harbour.take(2) == Ports{8002, 9002});
}

TEST_CASE("when one range is used up, that is told, and nothing of the other is taken (E10)")
{
    Harbour harbour;
    harbour.pool.database.last = 9000;
    const Environment first = harbour.environment(harbour.shop, 1);
    REQUIRE(harbour.take(first) == Ports{8001, 9000});
    const Environment second = harbour.environment(harbour.shop, 2);
    const auto refused = harbour.ask(second);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::too_many);
    CHECK(refused.error().message == "no port from 9000 to 9000 is free");
    CHECK(refused.error().mend.find("ports.size") != std::string::npos);
    CHECK(!harbour.of(second));

    harbour.release(first);
    CHECK(!harbour.of(first));
    CHECK(harbour.take(second) == Ports{8002, 9000});
}

TEST_CASE("a hundred come and go, and no port ever has two owners (E10, H10)")
{
    Harbour harbour;
    harbour.pool = {
        .app = {8000, 8019},
          .database = {9000, 9019}
    };
    std::vector<Environment> standing;
    for (std::int64_t number = 1; number <= 100; ++number) {
        const Environment next = harbour.environment(harbour.shop, number);
        harbour.take(next);
        standing.push_back(next);
        if (standing.size() < 20) continue;
        const auto leaver = standing.begin() + static_cast<std::ptrdiff_t>(number * 7 % 20);
        harbour.release(*leaver);
        standing.erase(leaver);
    }
    const auto all = harbour.read([](Tx& tx) -> Result<std::vector<ports::Claim>> {
        return ports::list_all(tx);
    });
    std::set<std::uint16_t> taken;
    for (const auto& [owner, ports] : *all) {
        CHECK(taken.insert(ports.app).second);
        CHECK(taken.insert(ports.database).second);
    }
    CHECK(taken.size() == 2 * standing.size());
}
