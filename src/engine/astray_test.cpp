#include "base/random.hpp"
#include "engine/astray.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// One environment with one container that serves and runs.
struct Scene {
    SeededRandom random{1};
    EnvironmentId id = EnvironmentId::make(Instant{}, random);
    EntryId container = EntryId::make(Instant{}, random);
    Remembered remembered{
        .live = {{.id = id, .state = State::ready}},
        .entries =
            {{.id = container,
              .environment = id,
              .type = EntryType::container,
              .name = "web",
              .status = EntryStatus::made}},
        .serving = {{.environment = id, .container = container, .address = "10.0.0.2"}}
    };
    std::vector<Found> found{
        {.name = "web", .labels = {{"diorama.environment", id.text()}}, .running = Running::running}
    };

    bool is_astray() const { return astray(remembered, found).contains(id); }
};

}  // namespace

TEST_CASE("a scene that runs as it shall needs no look")
{
    const Scene scene;
    CHECK_FALSE(scene.is_astray());
    CHECK(unfinished(scene.remembered, Instant{}).empty());
    CHECK(strays(scene.remembered.entries, scene.found).empty());
}

TEST_CASE("a container that is gone, or stands still, needs a look, a finished job does not")
{
    Scene scene;
    scene.found[0].running = Running::restarting;
    CHECK_FALSE(scene.is_astray());
    scene.found[0].running = Running::exited;
    CHECK(scene.is_astray());
    scene.remembered.serving[0].address = "";
    CHECK_FALSE(scene.is_astray());
    scene.found[0].exit_code = 1;
    CHECK(scene.is_astray());
    scene.found.clear();
    CHECK(scene.is_astray());
}

TEST_CASE("a scene asleep needs a look while its containers are not as its rung says")
{
    struct Case {
        Presence rung;
        Running running;
        bool astray;
    };
    using enum Running;
    for (const Case& each : std::vector<Case>{
             {Presence::frozen,   running, true },
             {Presence::frozen,   frozen,  false},
             {Presence::frozen,   exited,  false},
             {Presence::stopped,  running, true },
             {Presence::stopped,  frozen,  true },
             {Presence::stopped,  exited,  false},
             {Presence::archived, running, true }
    }) {
        Scene scene;
        Environment& environment = scene.remembered.live[0];
        environment.state = State::asleep;
        environment.presence = environment.wanted.presence = each.rung;
        scene.found[0].running = each.running;
        CAPTURE(name(each.rung));
        CHECK(scene.is_astray() == each.astray);
        CHECK(unfinished(scene.remembered, Instant{}).empty());
        environment.wanted.presence = Presence::awake;
        CHECK(unfinished(scene.remembered, Instant{}).contains(scene.id));
    }
    // Of one that vanished the row goes; then nothing of it is missed before it wakes.
    Scene scene;
    Environment& environment = scene.remembered.live[0];
    environment.state = State::asleep;
    environment.presence = environment.wanted.presence = Presence::frozen;
    scene.found.clear();
    CHECK(scene.is_astray());
    scene.remembered.entries.clear();
    CHECK_FALSE(scene.is_astray());
    // Awake it is the other way round.
    Scene awake;
    awake.found[0].running = frozen;
    CHECK(awake.is_astray());
}

TEST_CASE("a container too many needs a look, unless it is owed and its time has not come")
{
    Scene scene;
    Entry& entry = scene.remembered.entries[0];
    scene.remembered.serving.clear();
    CHECK(scene.is_astray());
    entry.status = EntryStatus::owed;
    entry.next_try = Instant{seconds{60}};
    CHECK_FALSE(scene.is_astray());
    CHECK(unfinished(scene.remembered, Instant{seconds{59}}).empty());
    CHECK(unfinished(scene.remembered, Instant{seconds{60}}).contains(scene.id));
}

TEST_CASE("an environment on its way is unfinished, and nobody calls it astray meanwhile")
{
    Scene scene;
    scene.remembered.live[0].state = State::updating;
    scene.remembered.serving.clear();
    CHECK_FALSE(scene.is_astray());
    CHECK(unfinished(scene.remembered, Instant{}).contains(scene.id));
}

TEST_CASE("what has our labels and no row is a stray; without an environment it is not ours")
{
    Scene scene;
    scene.found.push_back({.name = "left", .labels = scene.found[0].labels});
    scene.found.push_back({.name = "build", .labels = {{"diorama.installation", "x"}}});
    const auto left = strays(scene.remembered.entries, scene.found);
    REQUIRE(left.size() == 1);
    CHECK(left[0].name == "left");
    CHECK(left[0].environment == scene.id);
}
