#include "engine/test_world.hpp"
#include "store/jobs.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::string_view page = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// Wishes for `branch`, after letting the others go first `turns` times.
Task<> wish_later(TestWorld& world, std::string branch, int turns)
{
    for (int i = 0; i < turns; ++i)
        co_await yield(world.scheduler);
    DeployRequest request = world.request();
    request.key = branch;
    const auto wished = co_await world.engine().commands().deploy(world.admin(), request);
    CHECK(wished.has_value());
}

std::size_t waiting(TestWorld& world)
{
    const auto all = world.query([](Tx& tx) -> Result<std::vector<Environment>> {
        return environments::all_live(tx);
    });
    return static_cast<std::size_t>(std::ranges::count(*all, State::pending, &Environment::state));
}

}  // namespace

TEST_CASE(
    "a wish is taken up by a worker at once, at whatever moment of the queue's round it comes (A21)"
)
{
    constexpr int rounds = 30;
    TestWorld world;
    for (int i = 0; i < 2 * rounds; ++i)
        world.commits.push(
            std::string(TestWorld::repository),
            fmt::format("refs/heads/b{}", i),
            std::string(40, 'a'),
            {
                {"compose.yaml", std::string(page)}
        }
        );
    world.start();
    for (int i = 0; i < rounds; ++i) {
        CAPTURE(i);
        world.scheduler.run_for(minutes{2});
        TaskGroup group(world.scheduler);
        group.spawn(wish_later(world, fmt::format("b{}", 2 * i), 0));
        group.spawn(wish_later(world, fmt::format("b{}", 2 * i + 1), i));
        world.scheduler.run(group.join());
        world.scheduler.run_for(milliseconds{0});
        CHECK(waiting(world) == 0);
    }
}

TEST_CASE("a queue whose workers are all busy waits for them, and does not ask the store on and on")
{
    TestWorld world;
    world.engine_settings.workers = 1;
    world.builder.build_time = minutes{10};
    const FakeCommits::Content content{
        {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    };
    world.push('a', content);
    world.commits.push(
        std::string(TestWorld::repository), "refs/heads/other", std::string(40, 'b'), content
    );
    world.deploy();
    world.scheduler.run(wish_later(world, "other", 0));
    world.wait_until([&] { return !world.builder.built.empty(); });
    const auto before = world.store->statistics().reads;
    world.scheduler.run_for(minutes{1});
    CHECK(world.store->statistics().reads - before < 100);
}

TEST_CASE("an accident of the resync ends neither the resync nor the daemon")
{
    TestWorld world;
    world.push_compose('a', std::string(page));
    const auto id = world.deploy().id;
    world.settle(id);
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb == Verb::observe) throw std::runtime_error("a bug");
        return std::nullopt;
    });
    world.scheduler.run_for(minutes{3});
    world.driver->faults({});
    world.host.vanish(EntryType::container, world.serving(id, "web")->name);
    world.scheduler.run_for(minutes{10});
    CHECK(world.serving(id, "web") != nullptr);
}

TEST_CASE("a clock that leaps over a lease sets no second worker beside the first (rule 2)")
{
    TestWorld world;
    world.push_compose('a', std::string(page));
    world.start();
    world.driver->latency(seconds{25});
    const auto id = world.deploy().id;
    const auto makings = [&] {
        return std::ranges::count(world.driver->calls, Verb::apply, &FakeDriver::Call::verb);
    };
    world.wait_until([&] { return makings() == 1; });
    world.scheduler.skip(minutes{2});
    world.scheduler.run_for(seconds{20});
    CHECK(makings() == 1);
    world.driver->latency(milliseconds{1});
    world.scheduler.run_for(minutes{5});
    CHECK(world.find(id).state == State::ready);
}

TEST_CASE("what changed while somebody looked at it is looked at once more (H11)")
{
    TestWorld world;
    world.push_compose('a', std::string(page));
    world.start();
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::apply) return std::nullopt;
        return Fault{
            Error{Code::unavailable, "away"}
        };
    });
    const auto id = world.deploy().id;
    world.wait_until([&] { return world.find(id).state == State::failed; });
    world.driver->faults({});
    const auto next_look = [&] {
        return world
            .query([=](Tx& tx) -> Result<std::optional<Instant>> {
                return jobs::next_look(tx, id);
            })
            .value();
    };
    world.scheduler.run_for(seconds{30});
    world.driver->latency(seconds{20});
    world.wait_until([&] { return !next_look(); });
    const auto extended =
        world.scheduler.run(world.engine().commands().extend(world.admin(), id, hours{1}));
    REQUIRE(extended.has_value());
    world.scheduler.run_for(seconds{25});
    world.driver->latency(milliseconds{1});
    world.scheduler.run_for(minutes{5});
    CHECK(world.find(id).state == State::ready);
}
