#include "gateway/pages.hpp"
#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::gateway;
using namespace diorama::gateway::test;

namespace {

constexpr std::string_view browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

Message visit(const Scene& scene, const std::string& host, std::string_view fields = browser)
{
    Wire client = scene.client();
    client.send(
        "GET /secret/path HTTP/1.1\r\nHost: " + host + "\r\n" + std::string(fields) + "\r\n"
    );
    return client.answer();
}

}  // namespace

TEST_CASE("a name nobody has and the base domain look the same, so that names cannot be guessed")
{
    Scene scene;
    Route inner = route("base.test", scene.app);
    inner.path = "/shop/";
    scene.publish({inner, route("shop.base.test", scene.app)});
    const Message unknown = visit(scene, "nobody.base.test");
    CHECK(unknown.status() == 404);
    CHECK(visit(scene, "base.test").head == unknown.head);
    CHECK(visit(scene, "base.test").body == unknown.body);
    CHECK_FALSE(unknown.body.contains("base.test"));
    CHECK_FALSE(unknown.body.contains("secret"));
}

TEST_CASE("who comes before the first routes is told to come again, not that nothing is here")
{
    GatewaySettings settings;
    settings.listen = {
        {"127.0.0.1", 0}
    };
    settings.threads = 1;
    Log log(Log::Level::error);
    const auto gateway = start_gateway(settings, log).value();
    const auto status = [&] {
        return Wire::to(gateway->ports().front()).get("/", "shop.base.test").status();
    };
    CHECK(status() == 503);
    REQUIRE(gateway->publish({1, {}}).has_value());
    await([&] { return gateway->acknowledged() == 1; });
    CHECK(status() == 404);
}

TEST_CASE("a page needs nothing from elsewhere, and a program gets plain text")
{
    Scene scene;
    const Message page = visit(scene, "nobody.test");
    CHECK(page.field("content-type") == "text/html; charset=utf-8");
    CHECK(page.field("cache-control") == "no-store");
    CHECK(page.field("content-security-policy") == "default-src 'none'; style-src 'unsafe-inline'");
    for (const std::string_view outside :
         {"http://", "https://", "src=", "href=", "url(", "<script"})
        CHECK_FALSE(page.body.contains(outside));
    CHECK(page.body.contains("prefers-color-scheme: dark"));

    const Message text = visit(scene, "nobody.test", "Accept: */*\r\n");
    CHECK(text.field("content-type") == "text/plain; charset=utf-8");
    CHECK_FALSE(text.body.contains("<"));
}

TEST_CASE("a scene that nothing serves says what is happening, and looks again by itself")
{
    Scene scene;
    const std::vector<std::pair<State, std::string>> expected{
        {State::pending,           "being put up"          },
        {State::awaiting_approval, "approval"              },
        {State::provisioning,      "being put up"          },
        {State::ready,             "not answering yet"     },
        {State::updating,          "not answering yet"     },
        {State::asleep,            "asleep"                },
        {State::failed,            "last deployment failed"},
        {State::destroying,        "being taken down"      },
        {State::destroyed,         "being taken down"      },
    };
    for (const auto& [state, words] : expected) {
        CAPTURE(name(state));
        Route waiting = route("shop.test");
        waiting.state = state;
        waiting.service = "hidden";
        scene.publish({waiting});
        const Message page = visit(scene, "shop.test");
        CHECK(page.status() == 503);
        CHECK(page.body.contains(words));
        CHECK(page.body.contains("http-equiv=\"refresh\""));
        CHECK_FALSE(page.body.contains("hidden"));
        CHECK(std::stoi(page.field("retry-after")) > 0);
        CHECK(visit(scene, "shop.test", "").body.contains(words));
    }
}

TEST_CASE("a program that takes JSON is told of a problem as RFC 9457 has it, a browser is not")
{
    Scene scene;
    const Message problem = visit(scene, "nobody.test", "Accept: application/json, */*\r\n");
    CHECK(problem.status() == 404);
    CHECK(problem.field("content-type") == "application/problem+json");
    CHECK(problem.body.starts_with(R"({"title":"Not Found","status":404,"detail":")"));
    const Message page = visit(scene, "nobody.test", "Accept: text/html, application/json\r\n");
    CHECK(page.field("content-type") == "text/html; charset=utf-8");
}

TEST_CASE("an app that is gone is a 502 on a page of ours, and the connection is kept")
{
    Scene scene;
    scene.app.die();
    Wire client = scene.client();
    for (int i = 0; i < 2; ++i) {
        const Message page = client.ask("GET", "/", std::string(browser));
        CHECK(page.status() == 502);
        CHECK(page.body.contains("did not answer"));
    }
    CHECK(client.ask("HEAD", "/").status() == 502);
    CHECK(client.get("/").status() == 502);
    CHECK(scene.gateway->metrics().answered_5xx == 4);
}
