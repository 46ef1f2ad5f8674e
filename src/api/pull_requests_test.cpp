#include "api/webhook_world.hpp"
#include "engine/brake.hpp"
#include "store/projects.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

constexpr std::int64_t strangers = 200;

std::string text(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    return found ? found->scalar_text().value_or("") : "";
}

Project shop_of(WebhookWorld& world)
{
    return world
        .query([&](Tx& tx) {
            return projects::find_by_forge(tx, world.engine_settings.tenant, "github", "100");
        })
        .value();
}

Answer why(WebhookWorld& world, std::int64_t number)
{
    return world.get(
        fmt::format("/api/v1/projects/{}/pull-requests/{}/why", shop_of(world).slug, number)
    );
}

void hold_brake(WebhookWorld& world)
{
    const Project project = shop_of(world);
    const auto work = [&](Tx& tx) -> Result<> {
        brake::hold(tx, {.at = world.scheduler.now(), .leavers = {{project.id, 7}}});
        return ok();
    };
    REQUIRE(world.scheduler.run(world.store->transact(work)).has_value());
}

}  // namespace

TEST_CASE("a stranger's commit waits, is approved by name, and runs (SEC-25)")
{
    WebhookWorld world;
    world.deliver_and_settle(world.payload(7, 'a', strangers));
    const auto waiting = world.get("/api/v1/approvals").items();
    REQUIRE(waiting.size() == 1);
    const std::string slug = text(waiting[0], "environment");
    CHECK(text(waiting[0], "command") == "diorama approve " + slug + " aaaaaaa");
    CHECK(text(waiting[0], "from_fork") == "true");
    CHECK(text(waiting[0], "author") == "ann");
    CHECK(world.count(EntryType::container) == 0);

    const auto told = why(world, 7);
    CHECK(told.text("verdict") == "held");
    CHECK(told.text("mend") == "diorama approve " + slug + " aaaaaaa");
    CHECK(world.get("/api/v1/environments/" + slug + "/why").text("verdict") == "held");

    const std::string path = "/api/v1/environments/" + slug + "/approve";
    CHECK(world.post(path, R"({"commit": "bbbbbbb"})").status == 409);
    CHECK(world.post(path, R"({"commit": "aaaaaa"})").status == 409);
    CHECK(world.post(path, "{}").status == 400);
    CHECK(world.count(EntryType::container) == 0);
    CHECK(world.post(path, R"({"commit": "aaaaaaa"})").status == 202);
    world.scheduler.run_for(seconds{60});
    CHECK(world.get("/api/v1/environments/" + slug).text("state") == "ready");
    CHECK(world.get("/api/v1/approvals").items().empty());
    CHECK(why(world, 7).text("verdict") == "healthy");

    world.deliver_and_settle(world.payload(7, 'b', strangers));
    CHECK(why(world, 7).text("verdict") == "held");
    CHECK(world.get("/api/v1/environments/" + slug).text("serving_commit") == std::string(40, 'a'));
}

TEST_CASE("pull requests are listed with what was decided, and why says which rule it was (A08)")
{
    WebhookWorld world;
    world.engine_settings.rules["ann/shop"] = {.base_branches = {"release"}};
    world.deliver_and_settle(world.payload(7, 'a'));
    const auto listed = world.get("/api/v1/pull-requests?project=ann/shop").items();
    REQUIRE(listed.size() == 1);
    CHECK(text(listed[0], "number") == "7");
    CHECK(text(listed[0], "title") == "Sell <b>hats</b>");
    CHECK(text(listed[0], "verdict") == "unwanted");
    CHECK(text(listed[0], "from_fork") == "false");
    CHECK(world.get("/api/v1/pull-requests?project=other").items().empty());
    CHECK(world.get("/api/v1/pull-requests?projects=other").status == 400);

    const auto told = why(world, 7);
    CHECK(told.status == 200);
    CHECK(told.text("verdict") == "filtered");
    CHECK(told.text("reason").find("release") != std::string::npos);
    CHECK(why(world, 8).status == 404);
    CHECK(world.get("/api/v1/projects/shop/pull-requests/x/why").status == 400);
}

TEST_CASE("what the brake holds back is shown, and let go by an administrator (SEC-70)")
{
    WebhookWorld world;
    world.deliver_and_settle(world.payload(7, 'a'));
    CHECK(world.get("/api/v1/brake").text("holds") == "false");
    CHECK(world.post("/api/v1/brake").status == 404);
    hold_brake(world);
    const auto shown = world.get("/api/v1/brake");
    CHECK(shown.text("holds") == "true");
    CHECK(write_json(*shown.body.find("missing")) == R"(["ann/shop#7"])");
    CHECK(shown.text("mend") == "diorama brake release");
    const auto released = world.post("/api/v1/brake");
    CHECK(released.status == 202);
    CHECK(released.text("released") == "1");
    CHECK(world.get("/api/v1/brake").text("holds") == "false");
}

TEST_CASE("pull requests and approvals come in pages, as every list does")
{
    WebhookWorld world;
    for (std::int64_t number = 1; number <= 5; ++number)
        world.deliver_and_settle(world.payload(number, 'a', strangers));
    for (const std::string path : {"/api/v1/pull-requests", "/api/v1/approvals"}) {
        CAPTURE(path);
        CHECK(world.get(path).items().size() == 5);
        std::vector<std::string> numbers;
        std::string after;
        do {
            const auto page = world.get(path + "?limit=2" + after);
            REQUIRE(page.status == 200);
            CHECK(page.items().size() <= 2);
            for (const Node& item : page.items())
                numbers.push_back(text(item, "number"));
            after = page.text("next").empty() ? "" : "&after=" + page.text("next");
        } while (!after.empty());
        CHECK(numbers == std::vector<std::string>{"1", "2", "3", "4", "5"});
        CHECK(world.get(path + "?after=none").status == 400);
        CHECK(world.get(path + "?limit=0").status == 400);
        CHECK(world.get(path + "?sort=number").status == 400);
    }
}
