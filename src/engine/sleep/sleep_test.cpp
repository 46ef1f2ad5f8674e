#include "engine/sleep/sleep_scene.hpp"

using namespace diorama;

TEST_CASE("frozen it is sent nobody and stands still; woken it goes on as it was (H12)")
{
    SleepScene scene;
    const auto upstreams = scene.router.upstreams(web_host);
    scene.down_to(Presence::frozen);
    CHECK(scene.find(scene.id).state == State::asleep);
    CHECK(scene.router.upstreams(web_host).empty());
    for (const char* service : {"web", "db", "worker"})
        CHECK(scene.running(service) == Running::frozen);
    CHECK(scene.running("migrate") == Running::exited);

    REQUIRE(scene.wake().has_value());
    scene.until_awake();
    CHECK(scene.find(scene.id).state == State::ready);
    CHECK(scene.router.upstreams(web_host) == upstreams);
    CHECK(scene.all_run());
    CHECK(scene.serving(scene.id, "web")->container.starts == 1);
    CHECK(scene.find(scene.id).wanted.generation == 1);
    const auto happened = scene.events();
    for (const char* each :
         {"sleep_wanted by test", "rested by worker", "wake_wanted by test", "visited by worker"})
        CHECK_MESSAGE(contains(happened, each), each);
}

TEST_CASE("the routes close before anything freezes, and open after all has thawed")
{
    SleepScene scene;
    scene.driver->faults([&](Verb verb, const std::string&) -> std::optional<Fault> {
        const bool changes =
            verb == Verb::freeze || verb == Verb::thaw || verb == Verb::stop || verb == Verb::start;
        if (changes) CHECK(scene.router.upstreams(web_host).empty());
        return std::nullopt;
    });
    for (const Presence rung : {Presence::frozen, Presence::stopped, Presence::archived}) {
        scene.down_to(rung);
        REQUIRE(scene.wake().has_value());
        scene.until_awake();
        CHECK(!scene.router.upstreams(web_host).empty());
    }
}

TEST_CASE("a frozen one wakes with one call for each container, and nothing else before its route")
{
    SleepScene scene;
    scene.down_to(Presence::frozen);
    scene.driver->calls.clear();
    const Instant begun = scene.scheduler.now();
    REQUIRE(scene.wake().has_value());
    while (scene.router.upstreams(web_host).empty())
        scene.scheduler.run_for(milliseconds{1});
    CHECK(scene.scheduler.now() - begun <= milliseconds{3});
    REQUIRE(scene.driver->calls.size() >= 3);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(scene.driver->calls[i].verb == Verb::thaw);
}

TEST_CASE("stopped its containers start again in their order, each when the one before is well")
{
    SleepScene scene;
    scene.host.behave("db:1", {.well_after = seconds{2}});
    scene.down_to(Presence::stopped);
    for (const char* service : {"web", "db", "worker"})
        CHECK(scene.running(service) == Running::exited);
    const auto built = scene.builder.built.size();
    const auto applied = scene.calls(Verb::apply);

    REQUIRE(scene.wake().has_value());
    scene.wait_until([&] { return scene.running("db") == Running::running; });
    scene.scheduler.run_for(seconds{1});
    CHECK(scene.running("web") == Running::exited);  // The database is not well yet.
    CHECK(scene.router.upstreams(web_host).empty());
    scene.until_awake();
    CHECK(scene.all_run());
    CHECK(!scene.router.upstreams(web_host).empty());
    CHECK(scene.serving(scene.id, "migrate")->container.starts == 1);  // It is done.
    // Nothing was fetched, built, planned or made.
    CHECK(scene.builder.built.size() == built);
    CHECK(scene.calls(Verb::apply) == applied);
    CHECK(scene.find(scene.id).wanted.generation == 1);
}

TEST_CASE("archived only its volumes and images are left, of which it is put up again")
{
    SleepScene scene;
    scene.down_to(Presence::archived);
    CHECK(scene.count(EntryType::container) == 0);
    CHECK(scene.count(EntryType::network) == 0);
    CHECK(scene.count(EntryType::volume) == 1);
    CHECK(scene.inventory(scene.id).size() == 1);
    scene.scheduler.run_for(minutes{10});  // The resync finds nothing to mend.
    CHECK(scene.find(scene.id).presence == Presence::archived);

    REQUIRE(scene.wake().has_value());
    scene.until_awake();
    scene.settle(scene.id);
    CHECK(scene.all_run());
    CHECK(!scene.router.upstreams(web_host).empty());
    CHECK(scene.find(scene.id).serving_commit == std::string(40, 'a'));
}

TEST_CASE("asked twice, it goes down once; asked for less, it stays as deep as it is")
{
    SleepScene scene;
    scene.down_to(Presence::stopped);
    const auto seen = scene.find(scene.id);
    CHECK(scene.sleep(Presence::stopped)->version == seen.version);
    CHECK(scene.sleep(Presence::frozen)->version == seen.version);
    scene.scheduler.run_for(minutes{3});
    CHECK(scene.find(scene.id).presence == Presence::stopped);
    REQUIRE(scene.wake().has_value());
    scene.until_awake();
    const auto awake = scene.find(scene.id);
    CHECK(scene.wake()->version == awake.version);
}

TEST_CASE("who asks again while it wakes does not make it begin again")
{
    SleepScene scene;
    scene.host.behave("db:1", {.well_after = seconds{20}});
    scene.down_to(Presence::stopped);
    REQUIRE(scene.wake().has_value());
    for (int i = 0; i < 20; ++i) {
        scene.scheduler.run_for(seconds{1});
        scene.router.ask(scene.id);
        REQUIRE(scene.wake().has_value());
    }
    scene.until_awake();
    CHECK(scene.serving(scene.id, "db")->container.starts == 2);
}

TEST_CASE("whoever stands at its door wakes it")
{
    SleepScene scene;
    scene.down_to(Presence::frozen);
    scene.router.ask(scene.id);
    scene.router.ask(EnvironmentId::make(scene.scheduler.now(), scene.random));
    scene.until_awake();
    CHECK(!scene.router.upstreams(web_host).empty());
    CHECK(contains(scene.events(), "wake_wanted by visitor"));
}

TEST_CASE("who comes while it lies down wins")
{
    SleepScene scene;
    // Somebody is still there, so that it waits before it freezes.
    scene.router.drain = [&](std::stop_token stop) -> Task<> {
        co_await sleep(scene.scheduler, minutes{1}, stop);
    };
    REQUIRE(scene.sleep().has_value());
    scene.wait_until([&] { return scene.router.upstreams(web_host).empty(); });
    scene.router.ask(scene.id);
    scene.until_awake();
    CHECK(scene.calls(Verb::freeze) == 0);
    CHECK(!scene.router.upstreams(web_host).empty());
    CHECK(scene.all_run());
}

TEST_CASE("who stays for ever does not keep it awake")
{
    SleepScene scene;
    scene.router.drain = [&](std::stop_token stop) -> Task<> {
        co_await sleep(scene.scheduler, hours{1}, stop);
    };
    REQUIRE(scene.sleep().has_value());
    scene.scheduler.run_for(seconds{15});
    CHECK(scene.running("web") == Running::frozen);
}

TEST_CASE("only what serves can be put to sleep, and what goes cannot be woken")
{
    SleepScene scene;
    scene.push_compose('b', shop("web:2"));
    scene.deploy();
    const auto updating = scene.sleep();
    REQUIRE(updating.has_error());
    CHECK(updating.error().code == Code::conflict);
    scene.settle(scene.id);
    scene.destroy(scene.id);
    CHECK(scene.wake().error().code == Code::conflict);
    CHECK(scene.sleep().error().code == Code::conflict);
}

TEST_CASE("a push wakes it, whichever rung it sleeps on")
{
    for (const Presence rung : {Presence::frozen, Presence::stopped, Presence::archived}) {
        CAPTURE(name(rung));
        SleepScene scene;
        scene.down_to(rung);
        scene.push_compose('b', shop("web:2"));
        scene.deploy();
        const auto ready = scene.settle(scene.id);
        CHECK(ready.state == State::ready);
        CHECK(ready.presence == Presence::awake);
        CHECK(ready.serving_commit == std::string(40, 'b'));
        CHECK(scene.all_run());
        CHECK(!scene.router.upstreams(web_host).empty());
        CHECK(scene.count(EntryType::container) == 4);
    }
}

TEST_CASE("a push that fails leaves a sleeping scene with its old version, awake")
{
    for (const Presence rung : {Presence::frozen, Presence::stopped, Presence::archived}) {
        CAPTURE(name(rung));
        SleepScene scene;
        scene.down_to(rung);
        scene.host.behave("web:2", {.exits = 3});
        scene.push_compose('b', shop("web:2"));
        scene.deploy();
        scene.settle(scene.id);
        scene.until_awake();
        scene.settle(scene.id);
        const auto kept = scene.find(scene.id);
        CHECK(kept.state == State::ready);
        CHECK(kept.serving_commit == std::string(40, 'a'));
        CHECK(scene.all_run());
        CHECK(!scene.router.upstreams(web_host).empty());
    }
}

TEST_CASE("what vanished or ended in its sleep is put up anew when it wakes")
{
    for (const Presence rung : {Presence::frozen, Presence::stopped}) {
        CAPTURE(name(rung));
        SleepScene scene;
        scene.down_to(rung);
        scene.host.vanish(EntryType::container, scene.serving(scene.id, "web")->name);
        scene.scheduler.run_for(minutes{5});  // Nobody misses it, but its row goes.
        CHECK(scene.inventory(scene.id).size() == scene.host.objects().size());
        CHECK(scene.find(scene.id).wanted.generation == 1);
        REQUIRE(scene.wake().has_value());
        scene.until_awake();
        scene.settle(scene.id);
        CHECK(scene.all_run());
    }
    SleepScene scene;
    scene.down_to(Presence::frozen);
    scene.host.crash(scene.serving(scene.id, "db")->name, 137);
    REQUIRE(scene.wake().has_value());
    scene.until_awake();
    CHECK(scene.all_run());
    CHECK(scene.find(scene.id).wanted.generation == 1);  // Starting it was enough.
}

TEST_CASE("killed anywhere on the way down or up and started again, it arrives (H12)")
{
    for (const Presence rung : {Presence::frozen, Presence::stopped, Presence::archived}) {
        for (int step = 0; step < 12; ++step) {
            CAPTURE(name(rung));
            CAPTURE(step);
            SleepScene scene;
            REQUIRE(scene.sleep(rung).has_value());
            scene.scheduler.run_for(milliseconds{1} * step);
            scene.restart();
            scene.wait_until([&] { return scene.find(scene.id).presence == rung; });
            scene.scheduler.run_for(minutes{2});
            CHECK(scene.router.upstreams(web_host).empty());
            for (const FakeHost::Object* object : scene.host.objects())
                CHECK(object->container.running != Running::running);
            REQUIRE(scene.wake().has_value());
            scene.scheduler.run_for(milliseconds{1} * step);
            scene.restart();
            scene.until_awake();
            scene.scheduler.run_for(minutes{2});
            CHECK(scene.all_run());
            CHECK(!scene.router.upstreams(web_host).empty());
        }
    }
}

TEST_CASE("what runs in its environment's sleep is frozen again, and what stands still goes on")
{
    SleepScene scene;
    scene.down_to(Presence::frozen);
    scene.host.thaw(*scene.serving(scene.id, "web"));
    scene.scheduler.run_for(minutes{2});
    CHECK(scene.running("web") == Running::frozen);
    REQUIRE(scene.wake().has_value());
    scene.until_awake();
    scene.host.freeze(*scene.serving(scene.id, "web"));
    scene.scheduler.run_for(minutes{2});
    CHECK(scene.all_run());
}
