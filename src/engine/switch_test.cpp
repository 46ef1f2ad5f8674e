#include "engine/test_world.hpp"
#include "store/hosts.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::string_view main_host = "corner-shop-branch-main.localhost";

std::string web(std::string_view image)
{
    return fmt::format("services:\n  web:\n    image: {}\n    ports: ['8080']\n", image);
}

Task<> stay(Scheduler& scheduler, std::stop_token stop)
{
    co_await sleep(scheduler, seconds{30}, stop);
}

/// Visitors hold the old version for half a minute, as an open WebSocket does.
void hold_visitors(TestWorld& world)
{
    world.router.drain = [&world](std::stop_token stop) { return stay(world.scheduler, stop); };
}

/// Somebody runs at every address that the main host leads to.
bool answers(TestWorld& world)
{
    const auto upstreams = world.router.upstreams(main_host);
    return !upstreams.empty() && std::ranges::all_of(upstreams, [&](const Upstream& upstream) {
        return std::ranges::any_of(world.host.objects(), [&](const FakeHost::Object* object) {
            return object->container.running == Running::running &&
                   std::ranges::any_of(object->container.addresses, [&](const auto& address) {
                       return address.second == upstream.host;
                   });
        });
    });
}

}  // namespace

TEST_CASE("visitors who stay on the old version keep it, and nobody waits for them")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    hold_visitors(world);
    world.push_compose('b', web("web:2"));
    world.deploy();
    world.scheduler.run_for(seconds{5});
    CHECK(world.find(id).state == State::ready);
    CHECK(world.find(id).serving == 2);
    CHECK(world.count(EntryType::container) == 2);
    world.scheduler.run_for(seconds{30});
    CHECK(world.count(EntryType::container) == 1);
}

TEST_CASE("pushes on the heels of one another leave no moment without an answer (F06)")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    hold_visitors(world);
    for (const char commit : std::string("bcdefg")) {
        world.push_compose(commit, web(fmt::format("web:{}", commit)));
        world.deploy();
        for (int i = 0; i < (commit - 'a') * 20; ++i) {
            world.scheduler.run_for(milliseconds{10});
            REQUIRE(answers(world));
        }
    }
    world.settle(id);
    world.scheduler.run_for(minutes{2});
    CHECK(world.find(id).serving_commit == std::string(40, 'g'));
    CHECK(world.count(EntryType::container) == 1);
}

TEST_CASE("what serves is told truly when a newer push comes between the switch and its record")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    hold_visitors(world);
    world.push_compose('b', web("web:2"));
    world.deploy();
    world.wait_until([&] { return world.instances(id).at(0).generation == 2; });
    world.host.behave("web:3", {.exits = 1});
    world.push_compose('c', web("web:3"));
    world.deploy();
    const auto kept = world.settle(id);
    CHECK(kept.serving == 2);
    CHECK(kept.serving_commit == std::string(40, 'b'));
}

TEST_CASE("a deployment that switched before its daemon died is not done again: the repository may "
          "be away")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.router.take_up = [&world](std::stop_token stop) { return stay(world.scheduler, stop); };
    world.push_compose('b', web("web:2"));
    world.deploy();
    world.wait_until([&] { return world.instances(id).at(0).generation == 2; });
    world.stop();
    world.router.take_up = {};
    world.commits.fault = Error{Code::unavailable, "no answer"};
    world.start();
    const auto ready = world.settle(id);
    CHECK(world.latest(id).status == DeploymentStatus::success);
    CHECK(ready.serving_commit == std::string(40, 'b'));
    CHECK(world.count(EntryType::container) == 1);
}

TEST_CASE("a visitor of a scene on its way up finds a page that says so")
{
    TestWorld world;
    world.host.behave("web:1", {.well_after = seconds{30}});
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.scheduler.run_for(seconds{5});
    CHECK(world.find(id).state == State::provisioning);
    REQUIRE(world.router.table.routes.size() == 1);
    CHECK(world.router.table.routes[0].host == main_host);
    CHECK(world.router.table.routes[0].state == State::provisioning);
}

TEST_CASE("the main host follows the main service when it is renamed, and leads to the old one "
          "until the new one is well")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.host.behave("app:1", {.well_after = seconds{20}});
    world.push_compose('b', "services:\n  app:\n    image: app:1\n    ports: ['8080']\n");
    world.deploy();
    for (int i = 0; i < 100; ++i) {
        world.scheduler.run_for(milliseconds{100});
        REQUIRE(answers(world));
    }
    world.settle(id);
    CHECK(answers(world));
    const auto claims = world.query([=](Tx& tx) -> Result<std::vector<hosts::Claim>> {
        return hosts::of_environment(tx, id);
    });
    REQUIRE(claims->size() == 1);
    CHECK(claims->at(0).host == main_host);
    CHECK(claims->at(0).service == "app");
}

TEST_CASE("a service, a network and an address the manifest dropped go; a volume stays")
{
    TestWorld world;
    world.push_compose(
        'a',
        "services:\n"
        "  web:\n    image: web:1\n    ports: ['8080']\n    networks: [front, back]\n"
        "  db:\n    image: db:1\n    networks: [back]\n    volumes: ['data:/data']\n"
        "networks:\n  front:\n  back:\n"
        "volumes:\n  data:\n"
    );
    const auto id = world.deploy().id;
    world.settle(id);
    CHECK(world.count(EntryType::network) == 2);
    world.push_compose(
        'b',
        "services:\n  web:\n    image: web:1\n    ports: ['8080']\n    networks: [front]\n"
        "networks:\n  front:\n"
    );
    world.deploy();
    world.settle(id);
    CHECK(world.count(EntryType::container) == 1);
    CHECK(world.count(EntryType::network) == 1);
    CHECK(world.count(EntryType::volume) == 1);
    world.destroy(id);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
    CHECK(world.host.objects().empty());
}

TEST_CASE("commits that nothing wants any more are let go of, and with the last scene all are")
{
    TestWorld world;
    const std::string repository(TestWorld::repository);
    const auto commit = [](char letter) { return std::string(40, letter); };
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.push_compose('b', web("web:2"));
    world.deploy();
    world.settle(id);
    CHECK(world.commits.kept[repository] == std::set<std::string>{commit('b')});
    // What serves is kept beside what failed to replace it.
    world.host.behave("web:3", {.exits = 1});
    world.push_compose('c', web("web:3"));
    world.deploy();
    world.settle(id);
    DeployRequest other = world.request();
    other.kind = Kind::named;
    other.key = "demo";
    other.commit = commit('a');
    const auto demo = world.scheduler.run(world.engine().commands().deploy(world.admin(), other));
    world.settle(demo->id);
    CHECK(
        world.commits.kept[repository] ==
        std::set<std::string>{commit('a'), commit('b'), commit('c')}
    );
    for (const EnvironmentId each : {id, demo->id}) {
        world.destroy(each);
        world.wait_until([&] { return world.find(each).state == State::destroyed; });
    }
    world.scheduler.run_for(seconds{1});
    CHECK(world.commits.kept[repository].empty());
}

TEST_CASE("a deployment knows the commit its branch led to")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    CHECK(world.latest(id).commit == std::string(40, 'a'));
}

TEST_CASE("visitors who stay on old versions keep no worker from other environments")
{
    TestWorld world;
    world.engine_settings.workers = 1;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    hold_visitors(world);
    world.push_compose('b', web("web:2"));
    world.deploy();
    world.wait_until([&] { return world.find(id).state == State::ready; });
    DeployRequest other = world.request();
    other.kind = Kind::named;
    other.key = "demo";
    other.ref = "refs/heads/main";
    const auto asked = world.scheduler.now();
    const auto demo = world.scheduler.run(world.engine().commands().deploy(world.admin(), other));
    world.wait_until([&] { return world.find(demo->id).state == State::ready; });
    CHECK(world.scheduler.now() - asked < seconds{5});
    CHECK(world.count(EntryType::container) == 3);
    world.scheduler.run_for(minutes{2});
    CHECK(world.count(EntryType::container) == 2);
}
