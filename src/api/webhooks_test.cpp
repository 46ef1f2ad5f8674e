#include "api/webhook_world.hpp"
#include "forge/github/webhook.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

Node::List kept(WebhookWorld& world, const std::string& query = "")
{
    return world.get("/api/v1/deliveries" + query).items();
}

std::string text(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    return found ? found->scalar_text().value_or("") : "";
}

}  // namespace

TEST_CASE("a signed webhook is kept, answered, and puts the pull request up (B01, B02, B03)")
{
    WebhookWorld world;
    const auto answer = world.deliver(world.payload(7, 'a'));
    CHECK(answer.status == 202);
    CHECK(answer.text("verdict") == "waiting");
    CHECK(answer.text("repeated") == "false");
    world.scheduler.run_for(seconds{30});
    const auto scenes = world.get("/api/v1/environments?pull_request=7").items();
    REQUIRE(scenes.size() == 1);
    CHECK(text(scenes[0], "state") == "ready");
    CHECK(text(scenes[0], "serving_commit") == std::string(40, 'a'));
    const auto delivery = world.get("/api/v1/deliveries/" + answer.text("id"));
    CHECK(delivery.text("verdict") == "acted");
    CHECK(delivery.text("repository") == "ann/shop");
    CHECK(delivery.text("pull_request") == "7");
    CHECK(delivery.text("remote") == "192.0.2.1");
}

TEST_CASE("the paths of other preview platforms are served as well (B01)")
{
    WebhookWorld world;
    for (const std::string path : {"/webhooks/github", "/api/webhooks/github", "/webhook/github"}) {
        CAPTURE(path);
        Request request = world.webhook(write_json(world.payload(7, 'a')));
        request.target = path;
        request.segments.clear();
        http1::read_target(request).value();
        CHECK(world.ask(std::move(request)).status == 202);
        CHECK(world.ask(world.request_of("GET", path)).status == 405);
    }
    CHECK(kept(world).size() == 3);
    CHECK(webhook_paths().size() == 3);
}

TEST_CASE("where everybody may come, webhooks are taken and nothing else is known (B01, SEC-30)")
{
    WebhookWorld world;
    const auto door = webhook_handler(*world.context);
    const auto status = [&](Request request) {
        return world.scheduler.run(door(std::move(request))).status;
    };
    Request signed_one = world.webhook(write_json(world.payload(7, 'a')));
    signed_one.headers.set("X-Forwarded-For", "192.0.2.77");
    CHECK(status(std::move(signed_one)) == 202);
    world.scheduler.run_for(milliseconds{1});
    CHECK(status(world.webhook("{}", "another secret 1234")) == 401);
    for (const api::Endpoint& endpoint : endpoints()) {
        if (endpoint.right == Right::none && endpoint.method == "POST") continue;
        CAPTURE(endpoint.path);
        CHECK(
            status(world.request_of(std::string(endpoint.method), std::string(endpoint.path))) ==
            404
        );
    }
    CHECK(status(world.request_of("POST", "/webhooks/github/")) == 404);
    CHECK(status(world.request_of("POST", "/webhooks%2Fgithub")) == 404);
    const auto shown = world.get("/api/v1/deliveries/" + text(kept(world).back(), "id"));
    CHECK(write_json(shown.body).find("192.0.2.77") != std::string::npos);
}

TEST_CASE("a webhook without a good signature is refused, and nothing of it is read (SEC-20, B02)")
{
    WebhookWorld world;
    const std::string body = write_json(world.payload(7, 'a'));
    const std::string good = github::sign(Secret(std::string(world.webhook_secret)), body);
    const std::string upper = "sha256=" + [&] {
        std::string hex = good.substr(7);
        for (char& c : hex)
            if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
        return hex;
    }();
    for (const std::string& wrong :
         {std::string(),
          std::string("sha256="),
          "sha1=" + good.substr(7, 40),
          good.substr(7),
          good.substr(0, good.size() - 1),
          good + "0",
          upper,
          github::sign(Secret("another secret 1234"), body),
          github::sign(Secret(""), body)}) {
        CAPTURE(wrong);
        Request request = world.webhook(body);
        request.headers.set("X-Hub-Signature-256", wrong);
        const auto answer = world.ask(std::move(request));
        CHECK(answer.status == 401);
        CHECK(answer.text("code") == "unauthorized");
    }
    Request without = world.webhook(body);
    without.headers.remove("X-Hub-Signature-256");
    CHECK(world.ask(std::move(without)).status == 401);
    Request twice = world.webhook(body);
    twice.headers.add("X-Hub-Signature-256", good);
    CHECK(world.ask(std::move(twice)).status == 401);
    world.scheduler.run_for(seconds{30});
    CHECK(world.get("/api/v1/environments").items().empty());
    CHECK(world.get("/api/v1/projects").items().empty());
}

TEST_CASE("the signature is over the bytes that came, not over what they mean (SEC-20)")
{
    WebhookWorld world;
    const std::string body = write_json(world.payload(7, 'a'));
    for (const std::string& other :
         {body + "\n",
          body + " ",
          "{ " + body.substr(1),
          body.substr(0, body.size() - 1) + ",\"a\":1}"}) {
        Request request = world.webhook(body);
        request.body = other;
        CHECK(world.ask(std::move(request)).status == 401);
    }
    // A key given twice could mean one thing here and another one elsewhere.
    const std::string doubled = R"({"action":"opened",)" + body.substr(1);
    CHECK(world.ask(world.webhook(doubled)).status == 400);
}

TEST_CASE("a refused webhook is kept without its body, and never with a signature (B07)")
{
    WebhookWorld world;
    Request request = world.webhook("{\"a\": \"secret things\"}", "another secret 1234");
    request.headers.set("User-Agent", "GitHub-Hookshot/1");
    request.headers.set("Cookie", "c=1");
    CHECK(world.ask(std::move(request)).status == 401);
    const auto refused = kept(world, "?verdict=refused");
    REQUIRE(refused.size() == 1);
    const auto whole = world.get("/api/v1/deliveries/" + text(refused[0], "id"));
    CHECK(whole.text("body").empty());
    CHECK(whole.text("event") == "pull_request");
    CHECK(whole.text("reason").find("secret") != std::string::npos);
    const std::string headers = write_json(*whole.body.find("headers"));
    CHECK(headers.find("GitHub-Hookshot/1") != std::string::npos);
    CHECK(headers.find("sha256") == std::string::npos);
    CHECK(headers.find("c=1") == std::string::npos);
    const auto replayed = world.post("/api/v1/deliveries/" + text(refused[0], "id") + "/replay");
    CHECK(replayed.status == 409);
    CHECK(!replayed.text("mend").empty());
}

TEST_CASE("a stranger cannot fill the disk with refused webhooks (SEC-23)")
{
    WebhookWorld world;
    for (int i = 0; i < 500; ++i)
        CHECK(world.ask(world.webhook("{}", "another secret 1234")).status == 401);
    CHECK(kept(world).size() == 5);
    world.scheduler.run_for(minutes{1});
    CHECK(world.ask(world.webhook("{}", "another secret 1234")).status == 401);
    CHECK(kept(world).size() == 6);
    CHECK(text(kept(world)[0], "reason").find("495 more") != std::string::npos);
    CHECK(world.deliver(world.payload(7, 'a')).status == 202);
}

TEST_CASE("a delivery that comes twice is answered alike and does nothing twice (SEC-21)")
{
    WebhookWorld world;
    const std::string body = write_json(world.payload(7, 'a'));
    const Request first = world.webhook(body);
    const auto again = [&] {
        Request request = world.webhook(body);
        request.headers = first.headers;
        return world.ask(std::move(request));
    };
    const auto once = again();
    world.scheduler.run_for(seconds{30});
    const auto twice = again();
    CHECK(once.status == 202);
    CHECK(twice.status == 202);
    CHECK(twice.text("repeated") == "true");
    CHECK(twice.text("id") == once.text("id"));
    CHECK(kept(world).size() == 1);
    const auto scenes = world.get("/api/v1/environments").items();
    REQUIRE(scenes.size() == 1);
    CHECK(text(scenes[0], "generation") == "1");
}

TEST_CASE("the secret of one repository says nothing about another one (SEC-22)")
{
    WebhookWorld world;
    const auto answer =
        world.ask(world.webhook(write_json(world.payload(7, 'a')), "only for ann/api"));
    CHECK(answer.status == 202);
    CHECK(answer.text("verdict") == "refused");
    CHECK(answer.text("reason").find("ann/api") != std::string::npos);
    world.scheduler.run_for(seconds{30});
    CHECK(world.get("/api/v1/environments").items().empty());

    Node own = world.payload(8, 'b');
    own.set(
        "repository",
        Node::Map{
            {"id",        101      },
            {"full_name", "Ann/API"}
    }
    );
    CHECK(
        world.ask(world.webhook(write_json(own), "only for ann/api")).text("verdict") != "refused"
    );
}

TEST_CASE("a repository that is not on the list does nothing, and that is told (B09)")
{
    WebhookWorld world;
    world.engine_settings.repositories = {"forge.example/ann/other"};
    const auto answer = world.deliver_and_settle(world.payload(7, 'a'));
    CHECK(answer.status == 202);
    CHECK(answer.text("verdict") == "refused");
    CHECK(answer.text("reason").find("ann/shop") != std::string::npos);
    CHECK(world.get("/api/v1/environments").items().empty());
}

TEST_CASE("without a webhook secret no webhook is taken, and the answer says what to set (SEC-20)")
{
    WebhookWorld world;
    world.context->github.secrets.clear();
    const auto answer = world.deliver(world.payload(7, 'a'));
    CHECK(answer.status == 404);
    CHECK(answer.text("mend").find("github.webhook_secret") != std::string::npos);
    CHECK(kept(world).empty());
}

TEST_CASE("a signed webhook that cannot be read is told so, and kept as refused")
{
    WebhookWorld world;
    CHECK(world.ask(world.webhook("payload=%7B%7D")).status == 400);
    CHECK(text(kept(world)[0], "verdict") == "refused");
    for (const char* header : {"X-GitHub-Event", "X-GitHub-Delivery"}) {
        Request request = world.webhook(write_json(world.payload(7, 'a')));
        request.headers.remove(header);
        const auto answer = world.ask(std::move(request));
        CHECK(answer.status == 400);
        CHECK(answer.text("detail").find(header) != std::string::npos);
    }
    CHECK(world.get("/api/v1/environments").items().empty());
}

TEST_CASE("a large webhook is read like a small one")
{
    WebhookWorld world;
    Node payload = world.payload(7, 'a');
    payload.set("padding", std::string(2U << 20U, 'x'));
    CHECK(world.deliver(payload).text("verdict") == "waiting");
}

TEST_CASE("deliveries are listed newest first, by page and by filter (B07)")
{
    WebhookWorld world;
    for (std::int64_t number = 1; number <= 3; ++number) {
        world.deliver(world.payload(number, 'a'));
        world.scheduler.run_for(seconds{1});
    }
    CHECK(kept(world).size() == 3);
    CHECK(text(kept(world, "?pull_request=2").at(0), "pull_request") == "2");
    CHECK(kept(world, "?repository=ann/other").empty());
    CHECK(kept(world, "?repository=ann/shop&verdict=refused").empty());
    const auto first = world.get("/api/v1/deliveries?limit=2");
    REQUIRE(first.items().size() == 2);
    CHECK(text(first.items()[0], "pull_request") == "3");
    CHECK(first.items()[0].find("body") == nullptr);
    const auto second = world.get("/api/v1/deliveries?limit=2&after=" + first.text("next"));
    REQUIRE(second.items().size() == 1);
    CHECK(text(second.items()[0], "pull_request") == "1");
    CHECK(world.get("/api/v1/deliveries?verdict=lost").status == 400);
    CHECK(world.get("/api/v1/deliveries?verdicts=acted").status == 400);
    CHECK(world.get("/api/v1/deliveries/nothing").status == 404);
}

TEST_CASE("a delivery is shown as it came, and is taken in again when somebody asks (B07)")
{
    WebhookWorld world;
    const std::string body = write_json(world.payload(7, 'a'));
    const auto answer = world.ask(world.webhook(body));
    world.scheduler.run_for(seconds{30});
    const std::string path = "/api/v1/deliveries/" + answer.text("id");
    CHECK(world.get(path).text("body") == body);
    const auto again = world.post(path + "/replay");
    CHECK(again.status == 202);
    CHECK(again.text("id") != answer.text("id"));
    CHECK(again.text("verdict") == "waiting");
    world.scheduler.run_for(seconds{30});
    const auto replay = world.get("/api/v1/deliveries/" + again.text("id"));
    CHECK(replay.text("replay_of") == answer.text("id"));
    CHECK(replay.text("verdict") != "waiting");

    // Who had a hand in it stands with the delivery, and in what happened to the environment.
    CHECK(replay.text("replayed_by") == "token test");
    CHECK(world.get(path).text("replayed_by").empty());
    const auto environments = world.get("/api/v1/environments").items();
    REQUIRE(environments.size() == 1);
    const auto happened =
        world.get("/api/v1/environments/" + text(environments[0], "id") + "/events").items();
    const auto noted = std::ranges::find_if(happened, [](const Node& event) {
        return text(event, "event") == "replayed";
    });
    REQUIRE(noted != happened.end());
    CHECK(text(*noted, "actor") == "test");
    CHECK(kept(world).size() == 2);
}

TEST_CASE("B07 deliveries are forgotten when the time of github.deliveries is over")
{
    WebhookWorld world;
    world.engine_settings.forges.keep = hours{2};
    world.deliver_and_settle(world.payload(7, 'a'));
    world.scheduler.run_for(hours{1});
    CHECK(kept(world).size() == 1);
    world.scheduler.run_for(hours{3});
    CHECK(kept(world).empty());
}
