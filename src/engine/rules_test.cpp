#include "engine/test_world.hpp"
#include "store/jobs.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr auto lease = seconds{30};

std::string shop(std::string_view page)
{
    return fmt::format(
        "services:\n"
        "  web:\n    image: {}\n    ports: ['8080']\n"
        "  db:\n    image: db:1\n    expose: ['5432']\n    volumes: ['data:/data']\n"
        "volumes:\n  data:\n",
        page
    );
}

FakeCommits::Content built()
{
    return {
        {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    };
}

/// Another worker takes the only job there is, whoever holds it now.
jobs::Job take_over(TestWorld& world)
{
    const auto work = [now = world.scheduler.now()](Tx& tx) -> Result<jobs::Job> {
        jobs::release_all(tx);
        return jobs::claim(tx, "another", now, lease).value();
    };
    return world.scheduler.run(world.store->transact(work)).value();
}

bool is_change(const FakeDriver::Call& call)
{
    return call.verb != Verb::observe && call.verb != Verb::follow && call.verb != Verb::written;
}

}  // namespace

TEST_CASE("a scene that is as it shall be is looked at and not touched (rule 1)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const auto changes = [&] { return std::ranges::count_if(world.driver->calls, is_change); };
    const auto before = changes();
    const auto builds = world.builder.built.size();
    world.scheduler.run_for(hours{1});
    world.stop();
    world.start();
    world.scheduler.run_for(hours{1});
    CHECK(changes() == before);
    CHECK(world.builder.built.size() == builds);
    CHECK(world.find(id).wanted.generation == 1);
}

TEST_CASE(
    "a worker that lost its lease stops, and the next one does the work (rule 2, complaint 29)"
)
{
    TestWorld world;
    world.builder.build_time = minutes{2};
    world.push('a', built());
    const auto id = world.deploy().id;
    world.wait_until([&] { return world.builder.built.size() == 1; });
    take_over(world);
    world.scheduler.run_for(seconds{12});
    CHECK(world.builder.cancelled == 1);
    CHECK(world.builder.built.size() == 1);  // Nobody else while the other one may live.
    world.builder.build_time = seconds{2};
    CHECK(world.settle(id).state == State::ready);
    CHECK(world.builder.built.size() == 2);
}

TEST_CASE("a wish whose message was lost is found by the resync (rule 2)")
{
    TestWorld world;
    world.push('a', built());
    world.builder.build_time = minutes{2};
    const auto id = world.deploy().id;
    world.wait_until([&] { return world.builder.built.size() == 1; });
    const jobs::Job job = take_over(world);
    const auto lose = [=](Tx& tx) { return jobs::finish(tx, job); };
    REQUIRE(world.scheduler.run(world.store->transact(lose)).has_value());
    world.builder.build_time = seconds{2};
    world.scheduler.run_for(minutes{2});
    CHECK(world.find(id).state == State::ready);
}

TEST_CASE("a row is there before its object, and goes after it (rule 4)")
{
    TestWorld world;
    world.driver->latency(milliseconds{200});
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    const auto all_known = [&] {
        const auto rows = world.inventory(id);
        return std::ranges::all_of(world.host.objects(), [&](const FakeHost::Object* object) {
            return std::ranges::find(rows, object->name, &Entry::name) != rows.end();
        });
    };
    world.wait_until([&] {
        REQUIRE(all_known());
        return world.find(id).state == State::ready;
    });
    world.destroy(id);
    world.wait_until([&] {
        REQUIRE(all_known());
        return world.find(id).state == State::destroyed;
    });
    CHECK(world.host.objects().empty());
}

TEST_CASE("until the new version is well, its names inside the scene are the old one's (rule 7)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string db = world.serving(id, "db")->name;
    const auto old = world.host.resolve(db, "web");
    world.host.behave("web:2", {.well_after = seconds{20}});
    world.push_compose('b', shop("web:2"));
    world.deploy();
    world.wait_until([&] { return world.count(EntryType::container) == 3; });
    world.scheduler.run_for(seconds{15});
    CHECK(world.count(EntryType::container) == 3);
    CHECK(world.host.resolve(db, "web") == old);
    world.settle(id);
    CHECK(world.host.resolve(db, "web").size() == 1);
    CHECK(world.host.resolve(db, "web") != old);
}

TEST_CASE("what a person has to mend is not tried again (rule 8)")
{
    TestWorld world;
    world.builder.fault = Error{Code::invalid, "unknown instruction: FORM"};
    world.push('a', built());
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::failed);
    world.scheduler.run_for(hours{2});
    CHECK(world.builder.built.size() == 1);
    CHECK(world.find(id).wanted.generation == 1);
}

TEST_CASE("who may only look changes nothing by any command (rule 10)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    Caller viewer = world.admin();
    viewer.grants.list[0].role = Role::viewer;
    Commands& commands = world.engine().commands();
    const std::vector<Code> answers{
        world.scheduler.run(commands.deploy(viewer, world.request())).error().code,
        world.scheduler.run(commands.redeploy(viewer, id)).error().code,
        world.scheduler.run(commands.destroy(viewer, id)).error().code
    };
    CHECK(answers == std::vector<Code>(3, Code::forbidden));
    CHECK(world.find(id).wanted.generation == 1);
    CHECK(world.find(id).state == State::ready);
}

TEST_CASE("a commit that waits for an approval is neither built nor started (rule 11)")
{
    TestWorld world;
    world.push('a', built());
    world.engine_settings.workers = 0;  // Until it is held.
    const auto id = world.deploy().id;
    const auto hold = [&, now = world.scheduler.now()](Tx& tx) {
        const auto seen = environments::find(tx, id);
        return environments::advance(
            tx, *seen, {.on = Event::held, .actor = {}, .now = now, .cause = ""}
        );
    };
    REQUIRE(world.scheduler.run(world.store->transact(hold)).has_value());
    world.stop();
    world.engine_settings.workers = 8;
    world.start();
    world.scheduler.run_for(hours{1});
    CHECK(world.find(id).state == State::awaiting_approval);
    CHECK(world.builder.built.empty());
    CHECK(std::ranges::none_of(world.driver->calls, is_change));
    world.destroy(id);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
}
