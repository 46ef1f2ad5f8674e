#include "engine/allowed_repositories.hpp"
#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

bool on_list(std::string_view entry, std::string_view location)
{
    const std::vector<std::string> entries{repository_entry(entry).value()};
    return repository_allowed(entries, location);
}

}  // namespace

TEST_CASE("without a list every repository may be deployed (B09)")
{
    CHECK(repository_allowed({}, "https://github.com/acme/shop.git"));
}

TEST_CASE("owner/name means that repository on github.com, however it is reached (B09)")
{
    CHECK(on_list("acme/shop", "https://github.com/acme/shop.git"));
    CHECK(on_list("acme/shop", "https://github.com/acme/shop"));
    CHECK(on_list("acme/shop", "ssh://git@github.com/acme/shop.git"));
    CHECK(on_list("Acme/Shop", "https://github.com/ACME/shop"));

    CHECK(!on_list("acme/shop", "https://github.com/acme/shop2"));
    CHECK(!on_list("acme/shop", "https://github.com/acme/shop/more"));
    CHECK(!on_list("acme/shop", "https://github.com/x/acme/shop"));
    CHECK(!on_list("acme/shop", "https://evil.example/acme/shop"));
    CHECK(!on_list("acme/shop", "https://evil.example/github.com/acme/shop"));
    CHECK(!on_list("acme/shop", "https://github.com.evil.example/acme/shop"));
    CHECK(!on_list("acme/shop", "ssh://github.com@evil.example/acme/shop"));
    CHECK(!on_list("acme/shop", "https://github.com:8443/acme/shop"));
    CHECK(!on_list("acme/shop", "/srv/github.com/acme/shop"));
}

TEST_CASE("an entry may name a host, a location or a path, and a star all below (B09)")
{
    CHECK(on_list("git.example.com/team/app", "https://git.example.com/team/app.git"));
    CHECK(on_list("https://git.example.com:8443/team/app", "https://git.example.com:8443/team/app")
    );
    CHECK(on_list("git@git.example.com:team/app.git", "ssh://git@git.example.com/team/app"));
    CHECK(on_list("https://git.example.com/app", "https://git.example.com/app.git"));
    CHECK(on_list("acme/*", "https://github.com/acme/shop"));
    CHECK(!on_list("acme/*", "https://github.com/acme2/shop"));
    CHECK(!on_list("acme/*", "https://github.com/acme/"));
    CHECK(on_list("git.example.com/*", "https://git.example.com/deep/in/there"));
    CHECK(on_list("/srv/git/Shop", "file:///srv/git/Shop.git"));
    CHECK(!on_list("/srv/git/Shop", "/srv/git/shop"));
    CHECK(on_list("/srv/git/*", "/srv/git/shop.git"));
}

TEST_CASE("an entry that names no repository is refused")
{
    for (const std::string_view bad :
         {"",
          "shop",
          "*",
          "*/shop",
          "acme/*/x",
          "acme/sh*",
          "acme/",
          "a b/c",
          "https://",
          "acme//shop",
          "acme/shop/more"}) {
        CAPTURE(bad);
        CHECK(!repository_entry(bad));
    }
}

TEST_CASE("a repository that is not on the list is neither put up nor renewed (B09)")
{
    TestWorld world;
    world.push_compose('a', "services:\n  web:\n    image: web:1\n    ports: ['8080']\n");
    const auto id = world.deploy().id;
    world.settle(id);
    world.stop();

    world.engine_settings.repositories = {"github.com/acme/shop"};
    world.start();
    auto& commands = world.engine().commands();
    const auto again = world.scheduler.run(commands.deploy(world.admin(), world.request()));
    REQUIRE(!again);
    CHECK(again.error().code == Code::refused);
    CHECK(again.error().mend.find("repositories.allowed") != std::string::npos);
    CHECK(world.scheduler.run(commands.redeploy(world.admin(), id)).error().code == Code::refused);
    CHECK(world.find(id).wanted.generation == 1);
    CHECK(world.scheduler.run(commands.destroy(world.admin(), id)).has_value());
}
