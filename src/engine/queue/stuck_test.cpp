#include "engine/test_world.hpp"
#include "store/jobs.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::string_view jobs_of_a_scene =
    "services:\n"
    "  migrate:\n    image: migrate:1\n"
    "  web:\n    image: web:1\n    ports: ['8080']\n"
    "    depends_on: {migrate: {condition: service_completed_successfully}}\n";

/// Takes the job of `id` off the queue, as a crash at the worst moment might.
void lose_job(TestWorld& world, EnvironmentId id)
{
    const auto lose = [&, now = world.scheduler.now()](Tx& tx) -> Result<> {
        jobs::release_all(tx);
        for (auto job = jobs::claim(tx, "nobody", now + hours{1}, seconds{1}); job;
             job = jobs::claim(tx, "nobody", now + hours{1}, seconds{1}))
            if (const auto done = jobs::finish(tx, *job); !done) return done;
        return ok();
    };
    CHECK(world.scheduler.run(world.store->transact(lose)).has_value());
    CHECK(!world
               .query([=](Tx& tx) -> Result<std::optional<Instant>> {
                   return jobs::next_look(tx, id);
               })
               .value());
}

void stuck(TestWorld& world, EnvironmentId id, State state)
{
    world.wait_until([&] { return world.find(id).state == state; });
    world.stop();
    lose_job(world, id);
    CHECK(world.find(id).state == state);
    world.builder.build_time = seconds{1};
    world.driver->faults({});
    world.start();
}

}  // namespace

TEST_CASE("who was left in the middle, with nobody at work and nothing in the queue, goes on (H11)")
{
    TestWorld world;
    const FakeCommits::Content content{
        {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    };
    world.builder.build_time = hours{1};
    world.push('a', content);
    const auto id = world.deploy().id;
    stuck(world, id, State::provisioning);
    CHECK(world.settle(id).state == State::ready);

    world.builder.build_time = hours{1};
    world.redeploy(id);
    stuck(world, id, State::updating);
    CHECK(world.settle(id).state == State::ready);

    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::remove) return std::nullopt;
        return Fault{
            Error{Code::unavailable, "busy"}
        };
    });
    world.destroy(id);
    stuck(world, id, State::destroying);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
}

TEST_CASE("a job of a scene that never ends is given up, and the setting is named (H11)")
{
    TestWorld world;
    world.push_compose('a', std::string(jobs_of_a_scene));
    const auto id = world.deploy().id;
    const Environment failed = world.settle(id);
    CHECK(failed.state == State::failed);
    CHECK(failed.cause.find("not all up within 10m") != std::string::npos);
    CHECK(failed.cause.find("deadlines.start") != std::string::npos);
    CHECK(world.count(EntryType::container) == 0);
}
