#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// Ann's pull request with its preview and our comment on it.
struct Told : ForgeWorld {
    Told()
    {
        pull(7, 'a');
        tell_and_settle(arrival(7, "opened"));
    }
    /// Our comment, some time after somebody wrote that.
    std::string after(const std::string& text, const std::string& sender = "ann")
    {
        tell_and_settle(comment(7, sender, text));
        return ours();
    }
    std::string ours()
    {
        scheduler.run_for(minutes{1});
        REQUIRE(shop().comments.size() == 1);
        return shop().comments.front().text;
    }
};

bool says(const std::string& text, std::string_view words)
{
    return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("what was asked for and what came of it stands in the one comment (B14)")
{
    Told world;
    CHECK(says(world.after("/preview sleep"), "ann wrote `/preview sleep`: it is put to sleep."));
    CHECK(says(world.after("/preview sleep"), "ann wrote `/preview sleep`: it sleeps already."));
    const auto stopped = world.after("/preview stop");
    CHECK(says(stopped, "ann wrote `/preview stop`: it is taken down."));
    CHECK(stopped.starts_with("**Preview destroyed**: stopped by ann, removed after"));
    CHECK(says(world.after("/preview wake"), "ann wrote `/preview wake`: "));
    CHECK(says(world.after("/preview"), "ann wrote `/preview`: aaaaaaa is deployed."));
    CHECK(says(world.after("/preview extend 2d"), "ann wrote `/preview extend 2d`: it stays until")
    );
}

TEST_CASE("who may not is told nothing there, and a push makes what was asked history")
{
    Told world;
    CHECK(!says(world.after("/preview stop", "eve"), "eve"));
    CHECK(says(world.after("/preview wake"), "ann wrote `/preview wake`"));
    CHECK(says(world.after("/preview stop", "eve"), "ann wrote `/preview wake`"));
    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7));
    CHECK(!says(world.ours(), "wrote"));
}

TEST_CASE("who asks why is told there how it stands, as long as it is so")
{
    Told world;
    CHECK(
        says(world.after("/preview why"), "ann wrote `/preview why`: it serves the wanted commit.")
    );
    const auto slept = world.scheduler.run(
        world.engine().commands().sleep(world.admin(), world.preview(7)->id, Presence::frozen)
    );
    REQUIRE(slept.has_value());
    CHECK(says(world.ours(), "ann wrote `/preview why`: it is frozen since"));
}

TEST_CASE("what anybody is called works nothing in the comment (SEC-61)")
{
    Told world;
    const std::string login = "@ann<b>`x`";
    world.shop().permissions[login] = Permission::write;
    const auto text = world.after("/preview stop", login);
    CHECK(!says(text, "@ann"));
    CHECK(!says(text, "<b>"));
}
