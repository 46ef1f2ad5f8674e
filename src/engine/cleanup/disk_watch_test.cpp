#include "engine/cleanup/disk_watch.hpp"
#include "engine/test_world.hpp"
#include "store/event_log.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

struct Stage : TestWorld {
    Stage()
    {
        engine_settings.policy.disk = 100;
        push_compose('a', "services: {web: {image: 'web:1', ports: [80]}}");
        environment = deploy();
        settle(environment.id);
    }
    /// The containers of the scene have `bytes` on disk.
    void write(std::uint64_t bytes)
    {
        for (const FakeHost::Object* object : host.objects())
            if (object->type == EntryType::container)
                host.find(EntryType::container, object->name)->written = bytes;
    }
    State state() { return find(environment.id).state; }

    Environment environment;
};

}  // namespace

TEST_CASE("a scene that writes more than it may is taken down, with the reason (SEC-41)")
{
    Stage world;
    world.write(100);
    world.scheduler.run_for(minutes{5});
    CHECK(world.state() == State::ready);
    world.write(101);
    world.scheduler.run_for(minutes{5});
    CHECK(world.state() == State::destroyed);
    CHECK(world.count(EntryType::container) == 0);
    const auto history = world
                             .query([&](Tx& tx) -> Result<std::vector<event_log::Record>> {
                                 return event_log::list(tx, world.environment.id, 0, 100);
                             })
                             .value();
    const auto closed = std::ranges::find(history, "closed", &event_log::Record::event);
    REQUIRE(closed != history.end());
    CHECK(closed->actor.type == Actor::Type::timer);
    CHECK(closed->actor.name == "it wrote 101 B to disk, and may 100 B");
}

TEST_CASE("what the Engine does not tell of takes nothing down")
{
    Stage world;
    world.write(101);
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb == Verb::written)
            return Fault{
                Error{Code::unavailable, "the Engine is away"}
            };
        return std::nullopt;
    });
    world.scheduler.run_for(minutes{20});
    CHECK(world.state() == State::ready);
}

TEST_CASE("a stranger's scene may write less, and 0 is no limit")
{
    Policy policy;
    Environment environment;
    CHECK(disk_limit(policy, environment) == policy.disk);
    environment.wanted.untrusted = true;
    CHECK(disk_limit(policy, environment) < policy.disk);
    policy.disk = 0;
    CHECK(disk_limit(policy, environment) > 0);
    environment.wanted.untrusted = false;
    CHECK(disk_limit(policy, environment) == 0);
}
