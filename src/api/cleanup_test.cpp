#include "api/test_world.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

/// One scene, of which a dry run says that its time is over.
Environment idle_shop(ApiWorld& world)
{
    world.engine_settings.cleanup.idle = hours{2};
    const Environment shop = world.shop();
    // Between two passes, so that nothing goes by itself.
    world.scheduler.run_for(minutes{100});
    world.engine_settings.cleanup.idle = hours{1};
    return shop;
}

}  // namespace

TEST_CASE("a cleanup shows what would go and why, changes nothing, and then does it (H01, H02)")
{
    ApiWorld world;
    const Environment shop = idle_shop(world);
    const auto dry = world.get("/api/v1/cleanup");
    REQUIRE(dry.items().size() == 1);
    const Node item = dry.items().front();
    CHECK(*item.find("what")->string() == "environment");
    CHECK(*item.find("name")->string() == shop.slug);
    CHECK(*item.find("why")->string() == "idle for 1 h");
    CHECK(world.find(shop.id).state == State::ready);

    const auto done = world.post("/api/v1/cleanup");
    CHECK(done.status == 200);
    CHECK(done.items() == dry.items());
    world.scheduler.run_for(minutes{1});
    CHECK(world.find(shop.id).state == State::destroyed);
    CHECK(world.get("/api/v1/cleanup").items().empty());
    const auto why = world.get("/api/v1/environments/" + shop.slug + "/why");
    CHECK(why.text("verdict") == "gone");
    CHECK(why.text("reason") == "it was taken down: idle for 1 h");
    CHECK(why.text("mend") == "diorama redeploy " + shop.slug);
}

TEST_CASE("logs and timeline of what is gone are read as before (G03)")
{
    ApiWorld world;
    const Environment shop = world.shop();
    world.say(shop.id, "a word from the page");
    const std::string place = "/api/v1/environments/" + shop.slug;
    const auto deployment = world.get(place + "/deployments").items().front();
    CHECK(world.remove(place).status == 202);
    world.scheduler.run_for(minutes{1});
    REQUIRE(world.find(shop.id).state == State::destroyed);
    CHECK(world.get(place + "/logs?search=word").items().size() == 1);
    CHECK_FALSE(world.get(place + "/logs?type=deploy").items().empty());
    CHECK(world.get(place + "/deployments").items().front() == deployment);
    CHECK(
        world.get("/api/v1/deployments/" + *deployment.find("id")->string()).text("status") ==
        "success"
    );
    const auto timeline = world.get(place + "/events").items();
    REQUIRE_FALSE(timeline.empty());
    CHECK(*timeline.back().find("event")->string() == "erased");
}

TEST_CASE("what could not be removed is listed with its age and its last error, and doctor says so")
{
    ApiWorld world;
    const Environment shop = world.shop();
    const auto check = [&](std::string_view key) -> std::string {
        const auto answer = world.get("/api/v1/doctor");
        for (const Node& one : *answer.body.find("checks")->list())
            if (*one.find("name")->string() == "cleanup")
                return one.find(key) ? one.find(key)->scalar_text().value_or("") : "";
        return "no such check";
    };
    CHECK(check("found") == "nothing is owed");
    world.driver->faults([](Verb verb, const std::string& object) -> std::optional<Fault> {
        if (verb != Verb::remove || object.find("data") == std::string::npos) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "the volume is in use"}
        };
    });
    world.remove("/api/v1/environments/" + shop.slug);
    world.scheduler.run_for(minutes{5});
    CHECK(check("well") == "true");
    world.scheduler.run_for(minutes{10});
    const auto owed = world.get("/api/v1/inventory?status=owed").items();
    REQUIRE(owed.size() == 1);
    CHECK(*owed.front().find("problem")->string() == "the volume is in use");
    CHECK(*owed.front().find("attempts")->integer() > 1);
    CHECK(owed.front().find("owed_since"));
    CHECK(check("well") == "false");
    CHECK(check("found").starts_with("1 object could not be removed, the first for 1"));
    CHECK(check("mend") == "diorama owed lists them.");
    const auto why = world.get("/api/v1/environments/" + shop.slug + "/why");
    CHECK(why.text("verdict") == "stuck");
    CHECK(why.text("mend") == "diorama owed");
}
