#include "hub/hub_world.hpp"

using namespace diorama;
using namespace diorama::hub;

namespace {

/// A working copy of ada/shop with one commit on branch `feature`.
std::filesystem::path clone_and_commit(HubWorld& world, const std::string& from)
{
    const auto copy = world.folder / "copy";
    world.git(world.folder.path(), {"clone", "--quiet", from, copy.string()});
    world.git(copy, {"switch", "--quiet", "--create", "feature"});
    world.git(copy, {"commit", "--quiet", "--allow-empty", "--message", "Sell more"});
    return copy;
}

}  // namespace

TEST_CASE("a git client pushes a branch, and the pull request's head moves with it")
{
    HubWorld world;
    const auto copy = clone_and_commit(world, world.remote("ada/shop", world.token));
    world.git(copy, {"push", "--quiet", "origin", "feature"});
    const auto number = world.loop.run(world.hub.actions().open(
        {.repository = "ada/shop", .author = "ada", .title = "Sell more", .head = "feature"}
    ));
    REQUIRE(number);
    world.git(copy, {"commit", "--quiet", "--allow-empty", "--message", "Sell even more"});
    world.git(copy, {"push", "--quiet", "origin", "feature"});
    const std::string sha = world.git(copy, {"rev-parse", "HEAD"});

    CHECK(text(world.get("/repos/ada/shop/pulls/1"), {"head", "sha"}) == sha);
    const auto listed = world.git(copy, {"ls-remote", "origin", "refs/pull/1/head"});
    CHECK(listed.starts_with(sha));
}

TEST_CASE("one exact commit can be fetched, also over protocol 2 and when no branch has it any more"
)
{
    HubWorld world;
    const std::string first = world.push("feature", "one\n");
    const std::string second = world.push("feature", "two\n");
    const auto copy = world.folder / "bare";
    std::filesystem::create_directories(copy);
    world.git(copy, {"init", "--quiet", "--bare"});
    for (const char* version : {"0", "2"}) {
        const std::string protocol = fmt::format("protocol.version={}", version);
        world.git(
            copy,
            {"-c",
             protocol,
             "fetch",
             "--quiet",
             "--depth=1",
             world.hub.url() + "/ada/shop.git",
             first}
        );
        CHECK(world.git(copy, {"rev-parse", "FETCH_HEAD"}) == first);
    }
    CHECK(world.git(copy, {"show", first + ":price"}) == "one");
}

TEST_CASE("git speaks protocol 2 with those who ask for it")
{
    HubWorld world;
    const std::string target = "/ada/shop.git/info/refs?service=git-upload-pack";
    CHECK(world
              .ask(
                  "GET",
                  target,
                  "",
                  {
                      {"Git-Protocol", "version=2"}
    }
              )
              .body.contains("version 2"));
    CHECK_FALSE(world.ask("GET", target).body.contains("version 2"));
}

TEST_CASE("git is redirected to a repository's new name")
{
    HubWorld world;
    CHECK(world.hub.actions().rename("ada/shop", "ada/store"));
    const auto listed = world.git(
        world.folder.path(), {"ls-remote", world.hub.url() + "/ada/shop.git", "refs/heads/main"}
    );
    CHECK(listed.contains("refs/heads/main"));
    const auto moved = world.ask("GET", "/ada/shop.git/info/refs?service=git-upload-pack");
    CHECK(moved.status == 301);
    CHECK(
        moved.headers.get("Location").ends_with("/ada/store.git/info/refs?service=git-upload-pack")
    );
}

TEST_CASE("nobody pushes without a token, nor where they may not write, nor to refs/pull")
{
    HubWorld world;
    const auto copy = clone_and_commit(world, world.hub.url() + "/ada/shop.git");
    const auto push = [&](const std::string& to, const std::string& what) {
        return world.loop.run(world.try_git(copy, {"push", "--quiet", to, what})).succeeded();
    };
    CHECK_FALSE(push(world.hub.url() + "/ada/shop.git", "feature"));
    const std::string eve = world.remote("ada/shop", world.hub.give_token("eve"));
    CHECK_FALSE(push(eve, "feature"));
    const std::string ada = world.remote("ada/shop", world.token);
    CHECK_FALSE(push(ada, "feature:refs/pull/1/head"));
    REQUIRE(world.hub.actions().permit("ada/shop", "eve", "write"));
    CHECK(push(eve, "feature"));
}

TEST_CASE("a private repository is not there for those who may not read it")
{
    HubWorld world;
    REQUIRE(world.loop.run(world.hub.actions().create(
        {.name = "ada/secret", .is_private = true, .files = {{"a", "b"}}}
    )));
    const auto list = [&](const std::string& from) {
        return world.loop.run(world.try_git(world.folder.path(), {"ls-remote", from})).succeeded();
    };
    CHECK_FALSE(list(world.hub.url() + "/ada/secret.git"));
    CHECK_FALSE(list(world.remote("ada/secret", world.hub.give_token("eve"))));
    CHECK(list(world.remote("ada/secret", world.token)));
    world.token = world.hub.give_token("eve");
    CHECK(world.ask("GET", "/repos/ada/secret").status == 404);
}

TEST_CASE("a fork's commit is found in the repository it shall be merged into")
{
    HubWorld world;
    REQUIRE(world.loop.run(world.hub.actions().make_fork("ada/shop", "eve")));
    NewCommit commit{.branch = "idea", .files = {{"idea", "free beer\n"}}, .from = "main"};
    const auto sha = world.loop.run(world.hub.actions().push("eve/shop", std::move(commit), "eve"));
    REQUIRE(sha);
    REQUIRE(world.loop.run(world.hub.actions().open(
        {.repository = "ada/shop", .author = "eve", .title = "An idea", .head = "eve:idea"}
    )));
    const auto pull = world.get("/repos/ada/shop/pulls/1");
    CHECK(text(pull, {"head", "repo", "full_name"}) == "eve/shop");
    CHECK(text(pull, {"head", "repo", "fork"}) == "true");
    CHECK(text(pull, {"base", "repo", "full_name"}) == "ada/shop");
    const auto listed = world.git(
        world.folder.path(), {"ls-remote", world.hub.url() + "/ada/shop.git", "refs/pull/1/head"}
    );
    CHECK(listed.starts_with(*sha));
}
