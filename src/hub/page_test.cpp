#include "hub/hub_world.hpp"

using namespace diorama;
using namespace diorama::hub;

namespace {

std::string page(HubWorld& world, const std::string& path)
{
    const auto response = world.ask("GET", path);
    CHECK(response.status == 200);
    CHECK(response.headers.get("Content-Type") == "text/html; charset=utf-8");
    return response.body;
}

}  // namespace

TEST_CASE("a pull request is a page with its checks, deployments, comments and commits")
{
    HubWorld world;
    const Number number = world.open();
    const std::string sha = world.push("feature", "two\n");
    world.ask(
        "POST",
        "/repos/ada/shop/statuses/" + sha,
        R"({"state": "failure", "context": "diorama/preview", "description": "It broke", "target_url": "http://log.example/"})"
    );
    world.ask(
        "POST",
        "/repos/ada/shop/statuses/" + sha,
        R"({"state": "success", "context": "diorama/preview", "description": "Ready", "target_url": "http://shop.example/"})"
    );
    const auto made = world.ask(
        "POST",
        "/repos/ada/shop/deployments",
        fmt::format(
            R"({{"ref": "{}", "environment": "preview/pr-1", "required_contexts": []}})", sha
        )
    );
    const std::string id = text(parse_json(made.body).value(), {"id"});
    world.ask(
        "POST",
        "/repos/ada/shop/deployments/" + id + "/statuses",
        R"({"state": "success", "environment_url": "http://shop.example/"})"
    );
    CHECK(world.hub.actions().comment({"ada/shop", number, "grace"}, "**Well** done"));

    const std::string html = page(world, "/ada/shop/pull/1");
    CHECK(html.contains("<h1>Sell more <span>#1</span></h1>"));
    CHECK(html.contains("<span class=\"pill open\">open</span>"));
    CHECK(html.contains("<b>diorama/preview</b> <span class=\"soft\">Ready</span>"));
    CHECK_FALSE(html.contains("It broke"));
    CHECK(html.contains(
        "<a href=\"http://shop.example/\" rel=\"nofollow noopener\">View deployment</a>"
    ));
    CHECK(html.contains("<b>grace</b> commented"));
    CHECK(html.contains("<p><strong>Well</strong> done</p>"));
    CHECK(html.contains("/ada/shop/commit/" + sha));
    CHECK_FALSE(html.contains("<script"));
    CHECK(page(world, "/ada/shop").contains("href=\"/ada/shop/pull/1\""));
    CHECK(page(world, "/").contains("href=\"/ada/shop\""));
    CHECK(page(world, "/ada/shop/commit/" + sha).contains("Change something"));
}

TEST_CASE("nothing that people or programs typed is HTML on a page (SEC-61)")
{
    HubWorld world;
    const std::string sha = world.push("feature", "one\n");
    REQUIRE(world.loop.run(world.hub.actions().open(
        {.repository = "ada/shop",
         .author = "ada",
         .title = "<script>",
         .head = "feature",
         .body = "<img src=x>",
         .labels = {"<i>"}}
    )));
    world.ask(
        "POST",
        "/repos/ada/shop/statuses/" + sha,
        R"({"state": "success", "context": "<u>", "description": "<s>", "target_url": "javascript:alert"
})"
    );
    const std::string html = page(world, "/ada/shop/pull/1");
    for (const char* typed : {"<script>", "<img", "<i>", "<u>", "<s>", "javascript:"})
        CHECK_FALSE(html.contains(typed));
    CHECK(html.contains("&lt;script&gt;"));
}

TEST_CASE("a page shows itself anew while something is under way, not while a failure is read")
{
    HubWorld world;
    const Number number = world.open();
    const std::string sha = text(world.get("/repos/ada/shop/pulls/1"), {"head", "sha"});
    const auto reloads = [&] {
        return page(world, "/ada/shop/pull/1").contains("http-equiv=\"refresh\"");
    };
    CHECK(reloads());
    world.ask("POST", "/repos/ada/shop/statuses/" + sha, R"({"state": "failure"})");
    CHECK_FALSE(reloads());
    world.ask("POST", "/repos/ada/shop/statuses/" + sha, R"({"state": "success"})");
    CHECK(reloads());
    CHECK(world.hub.actions().close({"ada/shop", number, ""}));
    CHECK_FALSE(reloads());
}

TEST_CASE("what is private or not there has no page")
{
    HubWorld world;
    CHECK(world.ask("GET", "/ada/shop/pull/9").status == 404);
    CHECK(world.ask("GET", "/ada/none").status == 404);
    REQUIRE(world.loop.run(
        world.hub.actions().create({.name = "ada/secret", .is_private = true, .files = {}})
    ));
    CHECK(world.ask("GET", "/ada/secret").status == 404);
    CHECK_FALSE(page(world, "/").contains("secret"));
}

TEST_CASE("no other web page may use the control path of this machine")
{
    HubWorld world;
    const auto from = [&](const std::string& origin) {
        return world
            .ask(
                "POST",
                "/_hub/heal",
                "{}",
                {
                    {"Origin", origin}
        }
            )
            .status;
    };
    CHECK(from("http://evil.example") == 403);
    CHECK(from("null") == 403);
    CHECK(from(world.hub.url()) == 200);
}
