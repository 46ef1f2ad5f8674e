#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// A pull request whose preview stands, until somebody takes it down.
struct Stopped : ForgeWorld {
    explicit Stopped(const std::string& author = "ann")
    {
        pull(7, 'a', author);
        tell_and_settle(arrival(7, "opened"));
    }
    void take_down()
    {
        scheduler.run(engine().commands().destroy(admin(), preview(7)->id)).value();
        wait_until([&] { return state(7) == State::destroyed; });
    }
    void approve(const std::string& commit)
    {
        scheduler.run(engine().commands().approve(admin(), preview(7)->id, commit)).value();
        scheduler.run_for(seconds{30});
    }
    void push(char head, const std::string& author = "ann")
    {
        pull(7, head, author);
        tell_and_settle(arrival(7));
    }
    /// Everything but a push happens to it, and the list of open ones is compared.
    void rest()
    {
        for (int i = 0; i < 3; ++i) {
            shop().pull_requests.at(7).title = fmt::format("Another title {}", i);
            scheduler.run_for(minutes{20});
            tell_and_settle(arrival(7, "edited"));
        }
    }
    std::string comment()
    {
        scheduler.run_for(minutes{1});
        return shop().comments.at(0).text;
    }
};

}  // namespace

TEST_CASE("what somebody took down stays down until a push, a reopening, or somebody asks (H02)")
{
    Stopped world;
    world.take_down();
    world.rest();
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.last_delivery().reason == "not put up again: it was stopped by token test");

    world.push('b');
    CHECK(world.state(7) == State::ready);
    world.take_down();
    CHECK(world.ask_again(7).has_value());
    CHECK(world.state(7) == State::ready);
    world.take_down();
    CHECK(world.put_up(7).has_value());
    CHECK(world.state(7) == State::ready);
    world.rest();
    CHECK(world.state(7) == State::ready);

    world.take_down();
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    world.shop().pull_requests.at(7).status = PullRequest::Status::open;
    world.tell_and_settle(world.arrival(7, "reopened"));
    CHECK(world.state(7) == State::ready);
}

TEST_CASE("its comment tells who took it down, and the way back while it is open")
{
    Stopped world;
    world.take_down();
    CHECK(world.comment().find("**Preview destroyed**: stopped by token test, removed after") == 0);
    CHECK(world.comment().find("A push puts it up again") != std::string::npos);
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.comment().find("A push puts it up again") == std::string::npos);
}

TEST_CASE("a stranger's that was taken down while it waited does not come back to wait (SEC-25)")
{
    Stopped world("eve");
    REQUIRE(world.state(7) == State::awaiting_approval);
    world.take_down();
    world.rest();
    CHECK(world.state(7) == State::destroyed);
    world.approve("aaaaaaa");
    CHECK(world.state(7) == State::ready);
    world.take_down();
    world.push('b', "eve");
    CHECK(world.state(7) == State::awaiting_approval);
}

TEST_CASE("an approval puts up again what somebody took down, and trusts it as it was trusted")
{
    Stopped world;
    world.take_down();
    world.approve("aaaaaaa");
    CHECK(world.state(7) == State::ready);
    CHECK(!world.preview(7)->wanted.untrusted);
}

TEST_CASE("what was pushed before it was taken down does not bring it back (SEC-25)")
{
    Stopped world("eve");
    world.approve("aaaaaaa");
    REQUIRE(world.state(7) == State::ready);
    world.push('b', "eve");
    REQUIRE(world.record(7).verdict == pull_requests::Verdict::held);
    world.take_down();
    world.rest();
    CHECK(world.state(7) == State::destroyed);
}

TEST_CASE("a push that comes while it is taken down brings it back")
{
    Stopped world;
    world.scheduler.run(world.engine().commands().destroy(world.admin(), world.preview(7)->id))
        .value();
    world.push('b');
    world.scheduler.run_for(minutes{1});
    CHECK(world.state(7) == State::ready);
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
}
