#include "hub/hub_world.hpp"

#include <set>

using namespace diorama;
using namespace diorama::hub;

namespace {

std::vector<std::string> actions(const std::vector<Node>& payloads)
{
    std::vector<std::string> found;
    for (const Node& payload : payloads)
        found.push_back(text(payload, {"action"}));
    return found;
}

}  // namespace

TEST_CASE("whoever adds a webhook gets a ping")
{
    HubWorld world;
    world.hook();
    const auto pings = world.told("ping");
    REQUIRE(pings.size() == 1);
    CHECK(text(pings[0], {"repository", "full_name"}) == "ada/shop");
    CHECK(text(pings[0], {"hook", "config", "content_type"}) == "json");
}

TEST_CASE("a delivery is signed over its bytes and carries GitHub's headers")
{
    HubWorld world;
    world.hook("geheim");
    world.open();
    world.loop.run(world.hub.hooks().settled());
    const auto& headers = world.received.back().headers;
    CHECK(
        headers.get("X-Hub-Signature-256") ==
        "sha256=" + hmac_sha256("geheim", world.received.back().body)
    );
    CHECK(headers.get("X-GitHub-Event") == "pull_request");
    CHECK(headers.get("X-GitHub-Delivery").size() == 36);
    CHECK(headers.get("User-Agent").starts_with("GitHub-Hookshot/"));
    CHECK(headers.get("Content-Type") == "application/json");
    CHECK(headers.has("X-GitHub-Hook-ID"));
    CHECK(world.received.back().path == "/webhooks/github");
}

TEST_CASE("all that people do to a pull request is told, in order")
{
    HubWorld world;
    world.hook();
    auto& people = world.hub.actions();
    const At at{"ada/shop", world.open(), "grace"};
    const std::string before = text(world.get("/repos/ada/shop/pulls/1"), {"head", "sha"});
    const std::string after = world.push("feature", "two\n");
    world.push("stable", "none\n");
    CHECK(people.label(at, "preview"));
    CHECK(people.unlabel(at, "preview"));
    CHECK(people.set_draft(at, true));
    CHECK(people.set_draft(at, false));
    CHECK(people.set_title(at, "Sell less"));
    CHECK(world.loop.run(people.retarget(at, "stable")));
    CHECK(people.close(at));
    CHECK(world.loop.run(people.reopen(at)));
    CHECK(world.loop.run(people.retarget(at, "main")));
    CHECK(world.loop.run(people.merge(at)));
    const auto told = world.told("pull_request");
    CHECK(
        actions(told) ==
        std::vector<std::string>{
            "opened",
            "synchronize",
            "labeled",
            "unlabeled",
            "converted_to_draft",
            "ready_for_review",
            "edited",
            "edited",
            "closed",
            "reopened",
            "edited",
            "closed"
        }
    );
    CHECK(text(told[0], {"sender", "login"}) == "ada");
    CHECK(text(told[1], {"before"}) == before);
    CHECK(text(told[1], {"after"}) == after);
    CHECK(text(told[1], {"pull_request", "head", "sha"}) == after);
    CHECK(text(told[2], {"label", "name"}) == "preview");
    CHECK(text(told[2], {"sender", "login"}) == "grace");
    CHECK(text(told[7], {"changes", "base", "ref", "from"}) == "main");
    CHECK(text(told[7], {"pull_request", "base", "ref"}) == "stable");
    CHECK(text(told[8], {"pull_request", "merged"}) == "false");
    CHECK(text(told[11], {"pull_request", "merged"}) == "true");
    CHECK(text(told[11], {"pull_request", "merged_by", "login"}) == "grace");
}

TEST_CASE("a comment, its change and its removal are told as issue_comment")
{
    HubWorld world;
    world.hook();
    const Number number = world.open();
    const auto id = world.hub.actions().comment({"ada/shop", number, "grace"}, "/preview 1a2b3c4");
    REQUIRE(id);
    const std::string target = fmt::format("/repos/ada/shop/issues/comments/{}", *id);
    CHECK(world.ask("PATCH", target, R"({"body": "never mind"})").status == 200);
    CHECK(world.ask("DELETE", target).status == 204);
    const auto told = world.told("issue_comment");
    CHECK(actions(told) == std::vector<std::string>{"created", "edited", "deleted"});
    CHECK(text(told[0], {"comment", "body"}) == "/preview 1a2b3c4");
    CHECK(text(told[0], {"comment", "user", "login"}) == "grace");
    CHECK(text(told[0], {"issue", "number"}) == "1");
    CHECK(text(told[0], {"issue", "pull_request", "html_url"}).ends_with("/ada/shop/pull/1"));
    CHECK(text(told[1], {"changes", "body", "from"}) == "/preview 1a2b3c4");
}

TEST_CASE("a branch that is deleted closes its pull request")
{
    HubWorld world;
    world.hook();
    world.open();
    CHECK(world.loop.run(world.hub.actions().remove_branch("ada/shop", "feature", "ada")));
    CHECK(actions(world.told("pull_request")) == std::vector<std::string>{"opened", "closed"});
    CHECK_FALSE(world.loop.run(world.hub.actions().reopen({"ada/shop", 1, ""})));
}

TEST_CASE("a fork that is deleted leaves its pull request without a home")
{
    HubWorld world;
    world.hook();
    auto& people = world.hub.actions();
    REQUIRE(world.loop.run(people.make_fork("ada/shop", "eve")));
    NewCommit commit{.branch = "idea", .files = {{"idea", "free\n"}}, .from = "main"};
    REQUIRE(world.loop.run(people.push("eve/shop", std::move(commit), "eve")));
    REQUIRE(
        world.loop.run(people.open({.repository = "ada/shop", .author = "eve", .head = "eve:idea"}))
    );
    CHECK(people.remove("eve/shop"));
    CHECK(people.label({"ada/shop", 1, "ada"}, "sad"));
    const auto told = world.told("pull_request");
    REQUIRE(told.size() == 2);
    CHECK(text(told[1], {"pull_request", "head", "repo"}).empty());
    CHECK(text(told[1], {"pull_request", "head", "user", "login"}) == "eve");
    CHECK(world.ask("GET", "/repos/eve/shop").status == 404);
}

TEST_CASE("two pushes at once end at the newer one, told in their order")
{
    HubWorld world;
    world.hook();
    world.open();
    const std::string second = world.push("feature", "two\n");
    const std::string third = world.push("feature", "three\n");
    const auto told = world.told("pull_request");
    REQUIRE(told.size() == 3);
    CHECK(text(told[1], {"after"}) == second);
    CHECK(text(told[2], {"before"}) == second);
    CHECK(text(told[2], {"after"}) == third);
    CHECK(text(world.get("/repos/ada/shop/pulls/1"), {"head", "sha"}) == third);
}

TEST_CASE("deliveries get lost, doubled, forged and turned round on demand")
{
    HubWorld world;
    world.hook("geheim");
    world.open();
    world.loop.run(world.hub.hooks().settled());
    world.received.clear();
    const auto fail = [&](const HookFaults& faults) { world.hub.hooks().set_faults(faults); };
    const At at{"ada/shop", 1, ""};

    SUBCASE("lost, and sent again by hand")
    {
        fail({.drop = 100});
        CHECK(world.hub.actions().close(at));
        CHECK(world.told("pull_request").empty());
        CHECK(world.hub.hooks().deliveries().back().dropped);
        CHECK(world.hub.hooks().redeliver(world.hub.hooks().deliveries().back().id));
        CHECK(actions(world.told("pull_request")) == std::vector<std::string>{"closed"});
    }
    SUBCASE("doubled under one id")
    {
        fail({.duplicate = 100});
        CHECK(world.hub.actions().close(at));
        REQUIRE(world.told("pull_request").size() == 2);
        CHECK(
            world.received[0].headers.get("X-GitHub-Delivery") ==
            world.received[1].headers.get("X-GitHub-Delivery")
        );
    }
    SUBCASE("forged")
    {
        fail({.forge = 100});
        CHECK(world.hub.actions().close(at));
        REQUIRE(world.told("pull_request").size() == 1);
        CHECK(
            world.received[0].headers.get("X-Hub-Signature-256") !=
            "sha256=" + hmac_sha256("geheim", world.received[0].body)
        );
    }
    SUBCASE("turned round")
    {
        fail({.hold = true});
        CHECK(world.hub.actions().label(at, "one"));
        CHECK(world.hub.actions().label(at, "two"));
        CHECK(world.told("pull_request").empty());
        world.hub.hooks().release(true);
        const auto told = world.told("pull_request");
        REQUIRE(told.size() == 2);
        CHECK(text(told[0], {"label", "name"}) == "two");
    }
    SUBCASE("some lost, the same ones for the same seed")
    {
        const auto arrived = [&](std::uint64_t seed) {
            fail({.drop = 50, .seed = seed});
            std::string names;
            for (int i = 0; i < 20; ++i) {
                CHECK(world.hub.actions().label(at, std::to_string(i)));
                CHECK(world.hub.actions().unlabel(at, std::to_string(i)));
            }
            for (const Node& payload : world.told("pull_request"))
                names += text(payload, {"action"}) + text(payload, {"label", "name"}) + " ";
            world.received.clear();
            return names;
        };
        const std::string first = arrived(7);
        CHECK_FALSE(first.empty());
        CHECK(arrived(7) == first);
        CHECK(arrived(8) != first);
    }
    SUBCASE("late, but all of them")
    {
        fail({.delay = milliseconds{30}});
        std::set<std::string> expected;
        for (int i = 0; i < 20; ++i) {
            expected.insert(std::to_string(i));
            CHECK(world.hub.actions().label(at, std::to_string(i)));
        }
        std::set<std::string> names;
        for (const Node& payload : world.told("pull_request"))
            names.insert(text(payload, {"label", "name"}));
        CHECK(names == expected);
    }
}

TEST_CASE("nobody listening is noted with the delivery, and nothing is sent again")
{
    HubWorld world;
    REQUIRE(world.hub.actions().hook("ada/shop", "http://127.0.0.1:1/", Secret("x"), {}));
    world.loop.run(world.hub.hooks().settled());
    const auto& attempts = world.hub.hooks().deliveries().back().attempts;
    REQUIRE(attempts.size() == 1);
    CHECK(attempts[0].status == 0);
    CHECK_FALSE(attempts[0].problem.empty());
}
