#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::string_view page = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// A page that is built, from what `text` says.
FakeCommits::Content built(std::string_view text)
{
    return {
        {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
        {"Dockerfile",   "FROM scratch\n"                                        },
        {"page",         std::string(text)                                       }
    };
}

Environment show(TestWorld& world, std::string ref, std::string commit)
{
    DeployRequest request = world.request();
    request.kind = Kind::named;
    request.key = "demo";
    request.ref = std::move(ref);
    request.commit = std::move(commit);
    world.start();
    return *world.scheduler.run(world.engine().commands().deploy(world.admin(), request));
}

}  // namespace

TEST_CASE("a redeploy that a push overtakes still builds and restarts all")
{
    TestWorld world;
    world.push('a', built("first"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string old = world.serving(id, "web")->name;
    world.redeploy(id);
    world.wait_until([&] { return world.builder.built.size() == 2; });
    world.deploy();  // Nothing new, but it comes between.
    world.settle(id);
    CHECK(world.find(id).serving == 3);
    CHECK(world.builder.built.size() == 3);
    CHECK(world.serving(id, "web")->name != old);

    const std::string rebuilt = world.serving(id, "web")->name;
    world.deploy();
    world.settle(id);
    CHECK(world.serving(id, "web")->name == rebuilt);  // It is met, and asked for no more.
}

TEST_CASE("a redeploy of a named environment goes with what it follows, and stays with a commit")
{
    TestWorld world;
    const std::string repository(TestWorld::repository);
    const auto commit = [](char letter) { return std::string(40, letter); };
    const auto push = [&](std::string_view ref, char letter) {
        world.commits.push(
            repository,
            std::string(ref),
            commit(letter),
            {
                {"compose.yaml", std::string(page)}
        }
        );
    };
    push("HEAD", 'a');
    push("refs/heads/next", 'b');
    struct Case {
        std::string ref;
        std::string commit;
        char first;
        char second;
    };
    const std::vector<Case> cases{
        {"",                "",          'a', 'c'}, // The default branch.
        {"refs/heads/next", "",          'b', 'd'},
        {"",                commit('a'), 'a', 'a'},
    };
    for (const Case& each : cases) {
        CAPTURE(each.ref);
        CAPTURE(each.commit);
        push("HEAD", 'a');
        push("refs/heads/next", 'b');
        const auto id = show(world, each.ref, each.commit).id;
        CHECK(world.settle(id).serving_commit == commit(each.first));
        push("HEAD", 'c');
        push("refs/heads/next", 'd');
        world.redeploy(id);
        CHECK(world.settle(id).serving_commit == commit(each.second));
    }
}
