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
