// A pull request, a branch, a commit and a name: each an environment of its own.

#include "engine/test_world.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace diorama;

namespace {

const std::string compose = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// Puts up what `kind` and `key` name, and waits for it.
Environment put_up(TestWorld& world, Kind kind, std::string key)
{
    DeployRequest request = world.request();
    request.kind = kind;
    request.key = std::move(key);
    if (kind == Kind::commit) request.commit = request.key;
    if (kind == Kind::named) request.ref = "refs/heads/main";
    world.start();
    const auto made = world.scheduler.run(world.engine().commands().deploy(world.admin(), request));
    REQUIRE_MESSAGE(made.has_value(), made.error().text());
    return world.settle(made->id);
}

}  // namespace

TEST_CASE(
    "pull request, branch, commit and name each get a scene, host and network alone (A01, E05)"
)
{
    TestWorld world;
    const std::string pinned(40, 'c');
    for (const std::string ref : {"refs/heads/main", "refs/pull/7/head"})
        world.commits.push(
            std::string(TestWorld::repository),
            ref,
            pinned,
            {
                {"compose.yaml", compose}
        }
        );
    const std::vector<Environment> all{
        put_up(world, Kind::pull_request, "7"),
        put_up(world, Kind::branch, "main"),
        put_up(world, Kind::commit, pinned),
        put_up(world, Kind::named, "demo"),
    };
    CHECK(all[0].slug == "corner-shop-pr-7");
    CHECK(all[1].slug == "corner-shop-branch-main");
    const auto upstreams = [&](const Environment& environment) {
        return world.router.upstreams(environment.slug + ".localhost").size();
    };

    std::set<std::string> subnets;
    for (const Environment& environment : all) {
        CAPTURE(environment.slug);
        CAPTURE(environment.cause);
        CHECK(environment.state == State::ready);
        CHECK(upstreams(environment) == 1);
        for (const Entry& entry : world.inventory(environment.id)) {
            if (entry.type == EntryType::network) subnets.insert(entry.address);
        }
    }
    CHECK(subnets.size() == 4);
    CHECK(world.count(EntryType::network) == 4);

    world.destroy(all[0].id);
    world.settle(all[0].id);
    CHECK(upstreams(all[0]) == 0);
    CHECK(upstreams(all[1]) == 1);
    CHECK(world.count(EntryType::container) == 3);
    CHECK(world.count(EntryType::network) == 3);
}
