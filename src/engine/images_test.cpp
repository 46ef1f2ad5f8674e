#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// A page that is built, from what `text` says.
FakeCommits::Content built(std::string_view text)
{
    return {
        {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
        {"Dockerfile",   "FROM scratch\n"                                        },
        {"page",         std::string(text)                                       }
    };
}

/// Every image of this world is of a service that ends at once.
void break_all(TestWorld& world)
{
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::wait_healthy) return std::nullopt;
        return Fault{
            .error = Error{Code::invalid, "it ended with exit code 1"}
        };
    });
}

}  // namespace

TEST_CASE("of failed pushes only the newest keeps its images, beside what serves (H09)")
{
    TestWorld world;
    world.push('a', built("first"));
    const auto id = world.deploy().id;
    world.settle(id);
    const auto serving = world.builder.images;
    break_all(world);
    for (const char commit : std::string("bcde")) {
        world.push(commit, built(std::string(3, commit)));
        world.deploy();
        CHECK(world.settle(id).serving == 1);
        world.scheduler.run_for(minutes{2});
        CHECK(world.builder.images.size() == 2);
        CHECK(std::ranges::includes(world.builder.images, serving));
    }
    world.driver->faults({});
    world.push('a', built("first"));
    world.deploy();
    world.settle(id);
    world.scheduler.run_for(minutes{2});
    CHECK(world.builder.images == serving);
}

TEST_CASE("a push that was overtaken keeps no image (H09)")
{
    TestWorld world;
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::wait_healthy) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "not yet"}
        };
    });
    world.push('a', built("first"));
    const auto id = world.deploy().id;
    world.wait_until([&] { return world.builder.images.size() == 1; });
    const auto overtaken = world.builder.images;
    break_all(world);
    world.push('b', built("second"));
    world.deploy();
    world.settle(id);
    world.scheduler.run_for(minutes{2});
    CHECK(world.builder.images.size() == 1);
    CHECK(world.builder.images != overtaken);
}

TEST_CASE("a way back is quick: the last versions that served keep their images (H12)")
{
    TestWorld world;
    world.push('a', built("first"));
    const auto id = world.deploy().id;
    world.settle(id);
    for (const char commit : std::string("bcd")) {
        world.push(commit, built(std::string(3, commit)));
        world.deploy();
        world.settle(id);
    }
    world.scheduler.run_for(minutes{2});
    CHECK(world.builder.images.size() == 3);
    const auto builds = world.builder.built.size();
    world.push('b', built("bbb"));
    world.deploy();
    world.settle(id);
    CHECK(world.builder.built.size() == builds);
    world.push('a', built("first"));
    world.deploy();
    world.settle(id);
    CHECK(world.builder.built.size() == builds + 1);
    world.destroy(id);
    world.wait_until([&] { return world.builder.images.empty(); });
}

TEST_CASE("where images take too much, those that only wait for a way back go (H08, H12)")
{
    TestWorld world;
    for (const char commit : std::string("abc")) {
        world.push(commit, built(std::string(3, commit)));
        world.settle(world.deploy().id);
    }
    world.scheduler.run_for(minutes{2});
    REQUIRE(world.builder.images.size() == 3);
    world.engine_settings.cleanup.images = 2 * world.builder.image_size;
    const auto plan = world.scheduler.run(world.engine().cleaner().plan());
    REQUIRE(plan->images.size() == 1);
    CHECK(plan->images[0].bytes == world.builder.image_size);
    world.scheduler.run_for(minutes{31});
    CHECK(world.builder.images.size() == 2);
    CHECK_FALSE(world.builder.images.contains(plan->images[0].reference));
    world.builder.disk = Stock::Disk{.size = 1'000'000'000, .free = 1'000'000};
    world.scheduler.run_for(minutes{31});
    CHECK(world.builder.images.size() == 1);
    world.scheduler.run_for(hours{1});
    CHECK(world.builder.images.size() == 1);  // It serves.
}
