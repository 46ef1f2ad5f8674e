#include "api/test_world.hpp"
#include "base/instant.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

struct Asleep : ApiWorld {
    Environment shop = ApiWorld::shop();
    std::string path = "/api/v1/environments/" + shop.slug;
    std::string shown(std::string_view key)
    {
        const auto answer = get(path);
        return answer.text(key);
    }
};

}  // namespace

TEST_CASE("by the API a scene is put to sleep, on the rung that is asked for, and woken (H12)")
{
    Asleep world;
    CHECK(world.shown("presence") == "awake");
    CHECK(world.post(world.path + "/sleep", R"({"to": "stopped"})").status == 202);
    world.wait_until([&] { return world.shown("presence") == "stopped"; });
    CHECK(world.shown("state") == "asleep");
    const auto why = world.get(world.path + "/why");
    CHECK(why.text("reason").starts_with("it is stopped since "));
    CHECK(why.text("mend") == "diorama wake " + world.shop.slug);
    CHECK(world.post(world.path + "/sleep", "").status == 202);
    CHECK(world.shown("wanted_presence") == "stopped");

    CHECK(world.post(world.path + "/wake", "").status == 202);
    world.wait_until([&] { return world.shown("presence") == "awake"; });
    CHECK(world.shown("state") == "ready");
    CHECK(world.post(world.path + "/wake", "").status == 200);
}

TEST_CASE("what is no way to sleep, or no time, is told with what to write instead")
{
    Asleep world;
    for (const char* body : {R"({"to": "awake"})", R"({"to": "gone"})", R"({"deep": true})"}) {
        CAPTURE(body);
        CHECK(world.post(world.path + "/sleep", body).status == 400);
    }
    for (const char* body :
         {"", "{}", R"({"by": "0"})", R"({"by": "soon"})", R"({"by": "400d"})"}) {
        CAPTURE(body);
        CHECK(world.post(world.path + "/extend", body).status == 400);
    }
    CHECK(world.shown("presence") == "awake");
}

TEST_CASE("by the API a scene is pinned and extended, and shows it")
{
    Asleep world;
    CHECK(world.shown("pinned") == "false");
    CHECK(world.shown("kept_until").empty());
    CHECK(world.ask(world.request_of("PUT", world.path + "/pin")).status == 200);
    CHECK(world.shown("pinned") == "true");
    CHECK(world.ask(world.request_of("DELETE", world.path + "/pin")).status == 200);
    CHECK(world.shown("pinned") == "false");
    CHECK(world.post(world.path + "/extend", R"({"by": "2d"})").status == 200);
    CHECK(world.shown("kept_until") == format_instant(world.scheduler.now() + hours{48}));
    CHECK(!world.shown("last_used_at").empty());
}
