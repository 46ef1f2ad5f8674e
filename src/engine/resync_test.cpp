#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

std::string web(std::string_view image)
{
    return fmt::format("services:\n  web:\n    image: {}\n    ports: ['8080']\n", image);
}

std::ptrdiff_t observed(const TestWorld& world)
{
    return std::ranges::count(world.driver->calls, Verb::observe, &FakeDriver::Call::verb);
}

/// A container that carries our labels, of an environment that the store never knew.
void place_unknown(TestWorld& world, int number)
{
    const auto id = EnvironmentId::make(world.scheduler.now(), world.random);
    world.host.place(
        EntryType::container,
        fmt::format("unknown-{}", number),
        {
            {"diorama.installation", world.engine_settings.installation.text()},
            {"diorama.environment",  id.text()                                }
    }
    );
}

}  // namespace

TEST_CASE("scenes that are as they shall be cost the resync one look at all of them together")
{
    TestWorld world;
    for (int i = 0; i < 5; ++i)
        world.commits.push(
            std::string(TestWorld::repository),
            fmt::format("refs/heads/b{}", i),
            std::string(40, 'a'),
            {
                {"compose.yaml", web("web:1")}
        }
        );
    world.start();
    for (int i = 0; i < 5; ++i) {
        DeployRequest request = world.request();
        request.key = fmt::format("b{}", i);
        const auto wished =
            world.scheduler.run(world.engine().commands().deploy(world.admin(), request));
        world.settle(wished->id);
    }
    world.scheduler.run_for(minutes{2});
    const auto before = observed(world);
    world.scheduler.run_for(minutes{10});
    CHECK(observed(world) - before <= 11);
}

TEST_CASE("a scene whose containers stand still, as after a restart of the machine, comes back")
{
    TestWorld world;
    world.host.behave("migrate:1", {.exits = 0});
    world.push_compose(
        'a',
        "services:\n"
        "  web:\n    image: web:1\n    ports: ['8080']\n"
        "    depends_on: {migrate: {condition: service_completed_successfully}}\n"
        "  migrate:\n    image: migrate:1\n"
    );
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string name = world.serving(id, "web")->name;
    world.host.crash(name, 137);
    world.scheduler.run_for(minutes{3});
    CHECK(world.serving(id, "web")->name == name);
    CHECK(world.serving(id, "web")->container.running == Running::running);
    CHECK(world.serving(id, "migrate")->container.starts == 1);
    CHECK(world.find(id).state == State::ready);
    const auto generation = world.find(id).wanted.generation;
    world.scheduler.run_for(minutes{10});
    CHECK(world.find(id).wanted.generation == generation);
}

TEST_CASE("what serves comes back even when the newest push failed")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.host.behave("web:2", {.exits = 1});
    world.push_compose('b', web("web:2"));
    world.deploy();
    world.settle(id);
    world.host.vanish(EntryType::container, world.serving(id, "web")->name);
    world.scheduler.run_for(minutes{5});
    REQUIRE(world.serving(id, "web") != nullptr);
    CHECK(world.find(id).serving_commit == std::string(40, 'a'));
}

TEST_CASE("what cannot come back is tried now and then, not every minute")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.host.vanish(EntryType::container, world.serving(id, "web")->name);
    world.host.behave("web:1", {.exits = 1});
    world.scheduler.run_for(hours{1});
    CHECK(world.find(id).wanted.generation > 2);
    CHECK(world.find(id).wanted.generation < 12);
}

TEST_CASE("what nobody knows is removed, unless it is suspiciously much (H07, DESIGN rule 5)")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    world.settle(world.deploy().id);
    for (int i = 0; i < 3; ++i)
        place_unknown(world, i);
    world.scheduler.run_for(minutes{3});
    CHECK(world.count(EntryType::container) == 1);

    CHECK(world.operator_lines.empty());
    for (int i = 0; i < 4; ++i)
        place_unknown(world, i);
    world.scheduler.run_for(minutes{3});
    CHECK(world.count(EntryType::container) == 5);
    REQUIRE(world.operator_lines.size() == 1);
    CHECK(
        world.operator_lines[0].find("4 of the 5 scenes that run are unknown") != std::string::npos
    );
}

TEST_CASE("the operator is told once why the resync sees nothing, and once that it sees again")
{
    TestWorld world;
    world.start();
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::observe) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "the list was cut off"}
        };
    });
    world.scheduler.run_for(minutes{5});
    REQUIRE(world.operator_lines.size() == 1);
    CHECK(world.operator_lines[0].find("the list was cut off") != std::string::npos);
    world.driver->faults({});
    world.scheduler.run_for(minutes{5});
    REQUIRE(world.operator_lines.size() == 2);
    CHECK(world.operator_lines[1].find("the resync goes on") != std::string::npos);
}

TEST_CASE("what a destroyed environment left without a row goes too (H07)")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const Labels labels = world.serving(id, "web")->labels;
    world.destroy(id);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
    world.host.place(EntryType::container, "left", labels);
    world.host.place(EntryType::volume, "left", labels);
    world.scheduler.run_for(minutes{3});
    CHECK(world.host.objects().empty());
}

TEST_CASE("the resync does not take from a scene what it is just making")
{
    // The network of a destroyed environment was left on the engine without a row; the environment
    // comes back while the resync removes it.
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.driver->latency(seconds{1});
    for (int round = 0; round < 20; ++round) {
        world.destroy(id);
        world.wait_until([&] { return world.find(id).state == State::destroyed; });
        world.scheduler.run_for(milliseconds{2500} * round);
        world.deploy();
        CHECK(world.settle(id).state == State::ready);
    }
}

TEST_CASE("what the engine does not remove is tried less and less often, and then goes")
{
    TestWorld world;
    world.push_compose('a', web("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::remove) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "no answer"}
        };
    });
    world.destroy(id);
    world.scheduler.run_for(minutes{10});
    const auto removals = [&] {
        return std::ranges::count(world.driver->calls, Verb::remove, &FakeDriver::Call::verb);
    };
    const auto before = removals();
    world.scheduler.run_for(hours{1});
    CHECK(removals() - before >= 11);
    CHECK(removals() - before <= 13);
    world.driver->faults({});
    world.scheduler.run_for(minutes{6});
    CHECK(world.find(id).state == State::destroyed);
}
