#include "hub/hub_world.hpp"

using namespace diorama;
using namespace diorama::hub;

TEST_CASE("another program plays a whole pull request over the control path")
{
    HubWorld world;
    const auto say = [&](const std::string& verb, const std::string& body) {
        const auto response = world.ask("POST", "/_hub/" + verb, body);
        CHECK_MESSAGE(response.status == 200, verb << ": " << response.body);
        return parse_json(response.body).value();
    };
    const std::string hook = fmt::format("http://127.0.0.1:{}/hook", world.listener.port());
    say("create",
        R"({"name": "grace/ship", "private": true, "files": {"compose.yaml": "services: {}\n"}})");
    say("hook", fmt::format(R"({{"name": "grace/ship", "url": "{}", "secret": "s"}})", hook));
    say("permit", R"({"name": "grace/ship", "login": "ada", "permission": "read"})");
    say("fork", R"({"name": "grace/ship", "owner": "ada"})");
    const auto pushed = say("push", R"({"repository": "ada/ship", "branch": "new", "from": "main",
        "files": {"hull": "steel"}, "remove": ["compose.yaml"]})");
    CHECK(
        text(
            say("open", R"({"repository": "grace/ship", "head": "ada:new", "author": "ada"})"),
            {"number"}
        ) == "1"
    );
    say("comment", R"({"repository": "grace/ship", "number": 1, "by": "grace", "value": "Aye"})");
    say("label", R"({"repository": "grace/ship", "number": 1, "value": "preview"})");
    say("close", R"({"repository": "grace/ship", "number": 1})");
    say("settle", "{}");

    world.token = text(say("token", R"({"login": "grace"})"), {"token"});
    const auto pull = world.get("/repos/grace/ship/pulls/1");
    CHECK(text(pull, {"state"}) == "closed");
    CHECK(text(pull, {"head", "sha"}) == text(pushed, {"sha"}));
    CHECK(text(pull, {"changed_files"}) == "2");
    CHECK(text(pull, {"comments"}) == "1");
    CHECK(world.told("pull_request").size() == 3);
    const auto deliveries = world.get("/_hub/deliveries");
    CHECK(deliveries.list()->size() == 5);
    CHECK(
        text(world.get("/_hub/asked").list()->front(), {"target"}) == "/repos/grace/ship/pulls/1"
    );
}

TEST_CASE("a wish that cannot be met says why")
{
    HubWorld world;
    const auto unknown =
        world.ask("POST", "/_hub/close", R"({"repository": "ada/shop", "number": 9})");
    CHECK(unknown.status == 404);
    CHECK(unknown.body.contains("ada/shop has no pull request 9"));
    const auto misspelt = world.ask("POST", "/_hub/close", R"({"repo": "ada/shop", "number": 9})");
    CHECK(misspelt.status == 422);
    CHECK(misspelt.body.contains("repo"));
    CHECK(world.ask("POST", "/_hub/dance", "{}").status == 404);
    CHECK(world.ask("POST", "/_hub/create", R"({"name": "ada/shop"})").status == 409);
    CHECK(world.ask("POST", "/_hub/create", R"({"name": "../shop"})").status == 422);
}
