#include "engine/sleep/sleep_scene.hpp"

using namespace diorama;

TEST_CASE("idle it goes down rung by rung, and a visit brings it back (H12, F14)")
{
    TestWorld world;
    world.engine_settings.sleep = {};
    world.push_compose('a', "services:\n  web:\n    image: web:1\n    ports: ['8080']\n");
    const auto id = world.deploy().id;
    world.settle(id);
    world.scheduler.run_for(minutes{28});
    CHECK(world.find(id).presence == Presence::awake);
    world.scheduler.run_for(minutes{4});
    CHECK(world.find(id).presence == Presence::frozen);
    world.scheduler.run_for(minutes{31});
    CHECK(world.find(id).presence == Presence::stopped);
    world.scheduler.run_for(hours{24});
    CHECK(world.find(id).presence == Presence::archived);
    world.router.ask(id);
    world.wait_until([&] { return world.find(id).presence == Presence::awake; });
    world.scheduler.run_for(minutes{28});
    CHECK(world.find(id).presence == Presence::awake);
}

TEST_CASE("a scene that crashes again and again is not in use because it is made whole")
{
    TestWorld world;
    world.engine_settings.sleep = {};
    world.push_compose('a', "services:\n  web:\n    image: web:1\n    ports: ['8080']\n");
    const auto id = world.deploy().id;
    world.settle(id);
    const auto first = world.find(id).wanted.generation;
    for (int i = 0; i < 3; ++i) {
        world.scheduler.run_for(minutes{8});
        world.host.vanish(EntryType::container, world.serving(id, "web")->name);
        world.wait_until([&] { return world.find(id).state == State::updating; });
        world.settle(id);
    }
    REQUIRE(world.find(id).wanted.generation > first);
    world.scheduler.run_for(minutes{8});
    CHECK(world.find(id).presence == Presence::frozen);
}

TEST_CASE("pinned it stays awake, until a person puts it to sleep; extended it may live longer")
{
    SleepScene scene;
    scene.engine_settings.sleep = {.schedule = {}};
    const auto pin = [&](bool pinned) {
        return *scene.scheduler.run(scene.engine().commands().pin(scene.admin(), scene.id, pinned));
    };
    CHECK(pin(true).pinned);
    CHECK(pin(true).version == scene.find(scene.id).version);
    scene.scheduler.run_for(hours{3});
    CHECK(scene.find(scene.id).presence == Presence::awake);
    scene.down_to(Presence::frozen);
    CHECK(!pin(false).pinned);

    const auto extend = [&](milliseconds by) {
        return scene.scheduler.run(scene.engine().commands().extend(scene.admin(), scene.id, by));
    };
    const Instant now = scene.scheduler.now();
    CHECK(extend(hours{48})->kept_until == now + hours{48});
    CHECK(extend(hours{1})->kept_until == now + hours{49});
    CHECK(extend(milliseconds{0}).error().code == Code::invalid);
    CHECK(extend(hours{24} * 366).error().code == Code::invalid);
    for (const char* each : {"pinned by test", "unpinned by test", "extended by test"})
        CHECK_MESSAGE(contains(scene.events(), each), each);
}

TEST_CASE("memory that runs short sends one scene at a time a rung down")
{
    struct Gauge final : MemoryGauge {
        MemoryState state;
        MemoryState read() override { return state; }
    };
    Gauge gauge;
    TestWorld world;
    world.memory = &gauge;
    world.push_compose('a', "services:\n  web:\n    image: web:1\n    ports: ['8080']\n");
    const auto id = world.deploy().id;
    world.settle(id);
    world.scheduler.run_for(minutes{5});
    CHECK(world.find(id).presence == Presence::awake);
    gauge.state.stalled = 60;
    world.scheduler.run_for(seconds{65});
    CHECK(world.find(id).presence != Presence::awake);
    world.scheduler.run_for(seconds{30});
    CHECK(world.find(id).presence == Presence::stopped);
    world.scheduler.run_for(minutes{5});
    CHECK(world.find(id).presence == Presence::stopped);
}

TEST_CASE("a scene whose manifest says that it never sleeps works on though nobody looks")
{
    TestWorld world;
    world.engine_settings.sleep = {};
    world.push_compose(
        'a', "x-diorama: {sleep: never}\nservices:\n  worker:\n    image: worker:1\n"
    );
    const auto id = world.deploy().id;
    world.settle(id);
    world.scheduler.run_for(hours{30});
    CHECK(world.find(id).presence == Presence::awake);
}
