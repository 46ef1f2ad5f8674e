#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// So many previews that stand.
struct Street : ForgeWorld {
    explicit Street(int houses)
    {
        for (int number = 1; number <= houses; ++number) {
            pull(number, static_cast<char>('a' + number % 6));
            tell(arrival(number, "opened"));
        }
        wait_until([&] { return standing() == houses; });
        scheduler.run_for(minutes{2});
    }
    int standing()
    {
        const auto all = query([](Tx& tx) -> Result<std::vector<Environment>> {
            return environments::all_live(tx);
        });
        return static_cast<int>(std::ranges::count(*all, State::ready, &Environment::state));
    }
    std::optional<Brake> held()
    {
        return query(
                   [](Tx& tx) -> Result<std::optional<Brake>> { return brake::read(tx); }
        ).value();
    }
};

}  // namespace

TEST_CASE("a lost webhook heals by itself: opened, pushed and closed are found by the list (H04, "
          "B20, complaint 1)")
{
    ForgeWorld world;
    world.pull(1, 'a');
    world.tell_and_settle(world.arrival(1, "opened"));

    world.pull(2, 'b');
    world.pull(1, 'c');
    world.scheduler.run_for(minutes{3});
    CHECK(world.state(2) == State::ready);
    CHECK(world.preview(1)->serving_commit == world.commit('c'));

    world.close(1);
    world.scheduler.run_for(minutes{3});
    CHECK(world.state(1) == State::destroyed);
    CHECK(world.state(2) == State::ready);
}

TEST_CASE("when nothing changed, the list is all that is asked")
{
    Street world(1);
    world.forge.questions.clear();
    world.scheduler.run_for(minutes{10});
    CHECK(std::ranges::all_of(world.forge.questions, [](const std::string& question) {
        return question == "open_pull_requests";
    }));
    CHECK(!world.forge.questions.empty());
}

TEST_CASE("a forge that fails or lies about its list takes nothing down (SEC-70, complaint 11)")
{
    Street world(6);
    world.forge.fault = [](std::string_view) {
        return FakeForgeApi::Fault{
            Error{Code::unavailable, "the forge answered 500"}
        };
    };
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    world.forge.fault = [](std::string_view) {
        return FakeForgeApi::Fault{
            Error{Code::unauthorized, "the token expired"}
        };
    };
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    world.forge.fault = nullptr;

    // Half a list: few enough to be asked about one by one, and each is open.
    world.forge.lists_only = 3;
    world.shop().version++;
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    CHECK(!world.held().has_value());

    world.forge.lists_only = 0;
    world.shop().version++;
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    CHECK(world.held().has_value());

    world.forge.lists_only.reset();
    world.shop().version++;
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    CHECK(!world.held().has_value());
}

TEST_CASE("the brake holds back mass removal, over a restart, until somebody says so (SEC-70)")
{
    Street world(6);
    for (int number = 1; number <= 5; ++number)
        world.close(number);
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    REQUIRE(world.held().has_value());
    CHECK(world.held()->leavers.size() == 5);
    CHECK(std::ranges::any_of(world.operator_lines, [](const std::string& line) {
        return line.find("diorama brake release") != std::string::npos;
    }));

    world.stop();
    world.start();
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);

    CHECK(world.scheduler.run(world.engine().poller().release()).value() == 5);
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 1);
    CHECK(!world.held().has_value());
}

TEST_CASE("rules that changed judge what stands, too, at the next start")
{
    Street world(2);
    world.pull(2, 'c').labels = {"preview"};
    world.tell_and_settle(world.arrival(2));

    world.stop();
    world.engine_settings.rules["ann/shop"].labels = {"preview"};
    world.start();
    world.scheduler.run_for(minutes{3});
    CHECK(world.state(1) == State::destroyed);
    CHECK(world.state(2) == State::ready);
    world.forge.questions.clear();
    world.scheduler.run_for(minutes{5});
    CHECK(std::ranges::count(world.forge.questions, std::string("pull_request")) == 0);

    world.stop();
    world.engine_settings.rules.clear();
    world.start();
    world.scheduler.run_for(minutes{3});
    CHECK(world.state(1) == State::ready);
}

TEST_CASE("rules that would take down nearly all are held by the brake, and can be taken back "
          "(SEC-70, complaint 4)")
{
    Street world(6);
    world.stop();
    world.engine_settings.rules["ann/shop"].labels = {"preveiw"};
    world.start();
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 6);
    REQUIRE(world.held().has_value());
    CHECK(
        brake::sentence(*world.held()).find("the rules, which changed, no longer want 6") !=
        std::string::npos
    );

    SUBCASE("taken back")
    {
        world.stop();
        world.engine_settings.rules.clear();
        world.start();
        world.scheduler.run_for(minutes{5});
        CHECK(world.standing() == 6);
        CHECK(!world.held().has_value());
    }
    SUBCASE("meant")
    {
        CHECK(world.scheduler.run(world.engine().poller().release()).value() == 6);
        world.scheduler.run_for(minutes{5});
        CHECK(world.standing() == 0);
        CHECK(!world.held().has_value());
    }
}

TEST_CASE("a few that close at once are taken down unasked")
{
    Street world(6);
    world.close(1);
    world.close(2);
    world.scheduler.run_for(minutes{5});
    CHECK(world.standing() == 4);
    CHECK(!world.held().has_value());
}

TEST_CASE("a pull request that came and went between two equal lists is not forgotten (H04)")
{
    Street world(2);
    const auto lists = [&] {
        return std::ranges::count(world.forge.questions, std::string("open_pull_requests"));
    };
    const auto before = lists();
    world.wait_until([&] { return lists() > before; });
    world.pull(9, 'i');
    world.tell_and_settle(world.arrival(9, "opened"));
    REQUIRE(world.state(9) == State::ready);
    REQUIRE(lists() == before + 1);
    world.close(9);  // Nobody tells, and the forge lists what it listed before 9 came.
    world.scheduler.run_for(minutes{5});
    CHECK(world.state(9) == State::destroyed);
}
