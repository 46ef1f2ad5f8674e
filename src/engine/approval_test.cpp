#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// A fork's pull request that waits.
struct Fork : ForgeWorld {
    Fork()
    {
        pull(7, 'a', "eve");
        tell_and_settle(arrival(7, "opened"));
    }
    Result<Environment> approve(const std::string& commit, Role role = Role::maintainer)
    {
        Caller caller{
            .actor = {.type = Actor::Type::token, .name = "bob"},
            .grants = {.list = {{.role = role, .reach = Installation{}}}}
        };
        const auto answer =
            scheduler.run(engine().commands().approve(caller, preview(7)->id, commit));
        scheduler.run_for(seconds{30});
        return answer;
    }
};

}  // namespace

TEST_CASE("a fork's pull request is neither fetched nor built before somebody approves (SEC-25)")
{
    Fork world;
    CHECK(world.state(7) == State::awaiting_approval);
    CHECK(world.count(EntryType::container) == 0);
    CHECK(world.count(EntryType::network) == 0);
    CHECK(!world.lines.contains("fetching"));
    CHECK(world.record(7).verdict == pull_requests::Verdict::held);
    CHECK(
        world.record(7).reason ==
        "it comes from a fork of ann/shop: commit aaaaaaa waits for an approval"
    );
}

TEST_CASE("an approval lets exactly that commit run, as a stranger's (SEC-25)")
{
    Fork world;
    CHECK(world.approve("aaaaaaa").has_value());
    CHECK(world.state(7) == State::ready);
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.preview(7)->wanted.untrusted);

    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7));
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.state(7) == State::ready);
    CHECK(world.record(7).verdict == pull_requests::Verdict::held);

    CHECK(world.approve(world.commit('b')).has_value());
    CHECK(world.preview(7)->serving_commit == world.commit('b'));
}

TEST_CASE("an approval that comes while the forge is being asked is not forgotten (SEC-25)")
{
    Fork world;
    world.forge.delay = seconds{10};
    world.tell(world.arrival(7, "edited"));
    world.scheduler.run_for(seconds{3});
    CHECK(world.approve("aaaaaaa").has_value());
    CHECK(world.state(7) == State::ready);
    CHECK(world.record(7).verdict == pull_requests::Verdict::preview);
}

TEST_CASE("what was pushed meanwhile is not what was approved (SEC-25)")
{
    Fork world;
    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7));
    const auto late = world.approve("aaaaaaa");
    REQUIRE(!late.has_value());
    CHECK(late.error().code == Code::conflict);
    CHECK(late.error().message.find("that is bbbbbbbbbbbb") != std::string::npos);
    CHECK(world.approve("").error().code == Code::conflict);
    CHECK(world.state(7) == State::awaiting_approval);
}

TEST_CASE("an approval needs the right to it (SEC-25, SEC-30)")
{
    Fork world;
    const auto denied = world.approve("aaaaaaa", Role::member);
    REQUIRE(!denied.has_value());
    CHECK(denied.error().code == Code::forbidden);
    CHECK(world.state(7) == State::awaiting_approval);
}

TEST_CASE("a redeploy does not bring in what nobody approved (SEC-25)")
{
    Fork world;
    CHECK(world.ask_again(7).error().code == Code::conflict);
    CHECK(world.approve("aaaaaaa").has_value());
    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7));
    CHECK(world.ask_again(7).has_value());
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.preview(7)->wanted.untrusted);
}

TEST_CASE("a redeploy does not bring back what was held when it was closed (SEC-25)")
{
    Fork world;
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    REQUIRE(world.state(7) == State::destroyed);
    CHECK(world.ask_again(7).error().code == Code::conflict);
    CHECK(world.state(7) == State::destroyed);
    CHECK(world.count(EntryType::container) == 0);
}

TEST_CASE("asking for a pull request by its number is not an approval (SEC-25)")
{
    Fork world;
    const auto refused = world.put_up(7);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::conflict);
    CHECK(refused.error().mend.find("diorama approve ann-shop-pr-7 aaaaaaa") != std::string::npos);
    CHECK(world.put_up(7, world.commit('a')).error().code == Code::conflict);
    CHECK(world.state(7) == State::awaiting_approval);
    CHECK(!world.lines.contains("fetching"));

    CHECK(world.approve("aaaaaaa").has_value());
    world.pull(7, 'b', "eve");
    CHECK(world.put_up(7).has_value());
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
    CHECK(world.preview(7)->wanted.untrusted);
    world.tell_and_settle(world.arrival(7));
    CHECK(world.put_up(7).error().code == Code::conflict);
    CHECK(world.put_up(7, world.commit('b')).error().code == Code::conflict);
    CHECK(world.preview(7)->serving_commit == world.commit('a'));
}

TEST_CASE("a pull request that its forge has not told of is not put up by its number (SEC-25)")
{
    ForgeWorld world;
    world.pull(6, 'c');
    world.tell_and_settle(world.arrival(6, "opened"));
    world.pull(7, 'a', "eve");
    const auto early = world.put_up(7);
    REQUIRE(!early.has_value());
    CHECK(early.error().message == "nothing is known yet of pull request 7 of ann/shop");
    // A poll has told of it since, and it waits like any stranger's.
    CHECK(world.state(7) == State::awaiting_approval);
}

TEST_CASE("nor one of a repository on that forge of which no webhook came yet (SEC-25)")
{
    ForgeWorld fresh;
    fresh.pull(7, 'a', "eve");
    const auto early = fresh.put_up(7);
    REQUIRE(!early.has_value());
    CHECK(early.error().code == Code::conflict);
}

TEST_CASE("a pull request of somebody who may write is put up again by hand")
{
    ForgeWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    const auto id = world.preview(7)->id;
    world.destroy(id);
    world.scheduler.run_for(seconds{30});
    REQUIRE(world.state(7) == State::destroyed);
    const auto again = world.ask_again(7);
    REQUIRE(again.has_value());
    CHECK(world.settle(id).state == State::ready);
    CHECK(!world.preview(7)->wanted.untrusted);
}

TEST_CASE("a pull request that is closed is not put up by hand: nobody would take it down")
{
    ForgeWorld world;
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    const auto again = world.ask_again(7);
    REQUIRE(!again.has_value());
    CHECK(again.error().code == Code::conflict);
    CHECK(again.error().message == "pull request 7 gets no preview: it is closed");
    CHECK(world.state(7) == State::destroyed);
}

TEST_CASE("an approval does not bring back what is closed")
{
    Fork world;
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.approve("aaaaaaa").error().code == Code::conflict);
    CHECK(world.state(7) == State::destroyed);
}

TEST_CASE("a comment approves when its author may write, and only the commit it names (SEC-25)")
{
    Fork world;
    world.tell_and_settle(world.comment(7, "eve", "/preview aaaaaaa"));
    CHECK(world.state(7) == State::awaiting_approval);
    CHECK(world.last_delivery().reason == "eve may not write to the repository");
    world.tell_and_settle(world.comment(7, "ann", "/preview bbbbbbb"));
    CHECK(world.state(7) == State::awaiting_approval);
    world.tell_and_settle(world.comment(7, "ann", "/preview aaaaaaa"));
    CHECK(world.state(7) == State::ready);
    CHECK(world.preview(7)->wanted.untrusted);
    CHECK(world.record(7).approval->by == "ann");
}

TEST_CASE("somebody in the repository who may not write waits as well")
{
    ForgeWorld world;
    world.pull(7, 'a').author = "eve";
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.state(7) == State::awaiting_approval);
    CHECK(world.record(7).reason.find("eve may not write to ann/shop") != std::string::npos);
}

TEST_CASE("a held pull request that is closed goes, and waits again when it comes back")
{
    Fork world;
    world.close(7);
    world.tell_and_settle(world.arrival(7, "closed"));
    CHECK(world.state(7) == State::destroyed);
    world.pull(7, 'b', "eve");
    world.tell_and_settle(world.arrival(7, "reopened"));
    CHECK(world.state(7) == State::awaiting_approval);
    CHECK(world.preview(7)->wanted.commit == world.commit('b'));
}
