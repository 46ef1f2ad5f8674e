#include "hub/hub_world.hpp"

#include <set>

using namespace diorama;
using namespace diorama::hub;

namespace {

std::string message(const Response& response)
{
    const auto body = parse_json(response.body);
    return body ? text(*body, {"message"}) : "(no JSON)";
}

/// The address that a Link header names for `rel`, as a path; empty when it does not.
std::string link(const HubWorld& world, const Response& response, std::string_view rel)
{
    const std::string links(response.headers.get("Link"));
    const auto at = links.find(fmt::format("; rel=\"{}\"", rel));
    if (at == std::string::npos) return "";
    const auto from = links.rfind('<', at) + 1;
    return links.substr(from, at - 1 - from).substr(world.hub.url().size());
}

}  // namespace

TEST_CASE("a list comes in pages that name the next one, and together they are all of it")
{
    HubWorld world;
    const Number number = world.open();
    std::set<std::string> expected;
    for (int i = 0; i < 7; ++i) {
        expected.insert(std::to_string(i));
        CHECK(world.hub.actions().comment({"ada/shop", number, ""}, std::to_string(i)));
    }
    std::set<std::string> seen;
    std::string target = "/repos/ada/shop/issues/1/comments?per_page=3";
    int pages = 0;
    for (; !target.empty(); ++pages) {
        const auto response = world.ask("GET", target);
        REQUIRE(response.status == 200);
        const auto list = parse_json(response.body).value();
        for (const Node& comment : *list.list())
            seen.insert(text(comment, {"body"}));
        target = link(world, response, "next");
    }
    CHECK(pages == 3);
    CHECK(seen == expected);
}

TEST_CASE("pull requests are listed by state, and only what changed is sent again")
{
    HubWorld world;
    world.open("one");
    world.open("two");
    CHECK(world.hub.actions().close({"ada/shop", 1, ""}));
    const auto count = [&](const std::string& query) {
        return world.get("/repos/ada/shop/pulls" + query).list()->size();
    };
    CHECK(count("") == 1);
    CHECK(count("?state=closed") == 1);
    CHECK(count("?state=all") == 2);
    CHECK(count("?state=all&head=ada:two") == 1);
    CHECK(world.ask("GET", "/repos/ada/shop/pulls?state=sad").status == 422);

    const auto first = world.ask("GET", "/repos/ada/shop/pulls");
    const Headers known{
        {"If-None-Match", std::string(first.headers.get("ETag"))}
    };
    const auto same = world.ask("GET", "/repos/ada/shop/pulls", "", known);
    CHECK(same.status == 304);
    CHECK(same.body.empty());
    world.push("two", "more\n");
    CHECK(world.ask("GET", "/repos/ada/shop/pulls", "", known).status == 200);
}

TEST_CASE("the files of a pull request are those that differ since it left its base")
{
    HubWorld world;
    NewCommit commit{
        .branch = "feature",
        .files = {{"README", std::nullopt}, {"src/new.txt", "a\nb\n"}},
        .from = "main"
    };
    REQUIRE(world.loop.run(world.hub.actions().push("ada/shop", std::move(commit), "ada")));
    world.push("main", "elsewhere\n");
    REQUIRE(world.loop.run(world.hub.actions().open({.repository = "ada/shop", .head = "feature"}))
    );
    const auto files = world.get("/repos/ada/shop/pulls/1/files");
    REQUIRE(files.list()->size() == 2);
    CHECK(text((*files.list())[0], {"filename"}) == "README");
    CHECK(text((*files.list())[0], {"status"}) == "removed");
    CHECK(text((*files.list())[1], {"filename"}) == "src/new.txt");
    CHECK(text((*files.list())[1], {"additions"}) == "2");
}

TEST_CASE("a moved file is a rename with its former name")
{
    HubWorld world;
    NewCommit commit{
        .branch = "feature",
        .files = {{"README", std::nullopt}, {"README.md", "hello\n"}, {"z", "z\n"}},
        .from = "main"
    };
    REQUIRE(world.loop.run(world.hub.actions().push("ada/shop", std::move(commit), "ada")));
    REQUIRE(world.loop.run(world.hub.actions().open({.repository = "ada/shop", .head = "feature"}))
    );
    const auto files = world.get("/repos/ada/shop/pulls/1/files");
    REQUIRE(files.list()->size() == 2);
    CHECK(text((*files.list())[0], {"previous_filename"}) == "README");
    CHECK(text((*files.list())[1], {"additions"}) == "1");
}

TEST_CASE("a commit answers with its message; what is no commit is refused")
{
    HubWorld world;
    const std::string sha = world.push("feature", "one\n");
    CHECK(
        text(world.get("/repos/ada/shop/commits/" + sha), {"commit", "message"}) ==
        "Change something"
    );
    CHECK(world.ask("GET", "/repos/ada/shop/commits/" + std::string(40, 'a')).status == 422);
    CHECK(world.ask("GET", "/repos/ada/shop/commits/--all").status == 422);
}

TEST_CASE("a permission is told to those who may push, and strangers have none of their own")
{
    HubWorld world;
    CHECK(world.hub.actions().permit("ada/shop", "grace", "write"));
    world.hub.give_token("eve");
    const auto of = [&](const std::string& login) {
        return world.ask("GET", "/repos/ada/shop/collaborators/" + login + "/permission");
    };
    CHECK(text(parse_json(of("ada").body).value(), {"permission"}) == "admin");
    CHECK(text(parse_json(of("grace").body).value(), {"permission"}) == "write");
    CHECK(text(parse_json(of("eve").body).value(), {"permission"}) == "read");
    CHECK(of("nobody").status == 404);
    world.token = world.hub.give_token("eve");
    CHECK(of("grace").status == 403);
}

TEST_CASE("who is unknown gets 401, who may not is told what is missing")
{
    HubWorld world;
    world.open();
    const std::string comments = "/repos/ada/shop/issues/1/comments";
    const std::string statuses = "/repos/ada/shop/statuses/" + world.push("feature", "two\n");

    world.token = "stolen";
    CHECK(message(world.ask("GET", "/user")) == "Bad credentials");
    CHECK(world.ask("GET", comments).status == 401);
    world.token = "";
    CHECK(world.ask("GET", comments).status == 200);
    CHECK(world.ask("POST", comments, R"({"body": "hi"})").status == 401);
    world.token = world.hub.give_token("eve");
    CHECK(world.ask("POST", comments, R"({"body": "hi"})").status == 201);
    CHECK(world.ask("POST", statuses, R"({"state": "success"})").status == 404);

    world.token = world.hub.give_token("ada", {"statuses"});
    const auto refused = world.ask("POST", statuses, R"({"state": "success"})");
    CHECK(refused.status == 403);
    CHECK(refused.headers.get("X-Accepted-GitHub-Permissions") == "statuses=write");
}

TEST_CASE("a comment is edited by its author and by writers, by nobody else")
{
    HubWorld world;
    const Number number = world.open();
    const auto id = world.hub.actions().comment({"ada/shop", number, "grace"}, "mine");
    REQUIRE(id);
    const std::string target = fmt::format("/repos/ada/shop/issues/comments/{}", *id);
    world.token = world.hub.give_token("eve");
    CHECK(world.ask("PATCH", target, R"({"body": "hers"})").status == 403);
    CHECK(world.ask("DELETE", target).status == 403);
    world.token = world.hub.give_token("grace");
    CHECK(world.ask("PATCH", target, R"({"body": "still mine"})").status == 200);
    CHECK(text(world.get(target), {"body"}) == "still mine");
    CHECK(world.ask("PATCH", target, "{").status == 400);
    CHECK(world.ask("PATCH", target, R"({"body": ""})").status == 422);
    CHECK(world.ask("DELETE", target).status == 204);
    CHECK(world.ask("GET", target).status == 404);
}

TEST_CASE("a status belongs to a commit, newest first; a wrong one is refused")
{
    HubWorld world;
    const std::string sha = world.push("feature", "one\n");
    const std::string target = "/repos/ada/shop/statuses/" + sha;
    CHECK(
        world.ask("POST", target, R"({"state": "pending", "context": "diorama/preview"})").status ==
        201
    );
    CHECK(
        world.ask("POST", target, R"({"state": "success", "context": "diorama/preview"})").status ==
        201
    );
    CHECK(world.ask("POST", target, R"({"state": "splendid"})").status == 422);
    const std::string long_line(141, 'x');
    CHECK(
        world
            .ask(
                "POST",
                target,
                fmt::format(R"({{"state": "error", "description": "{}"}})", long_line)
            )
            .status == 422
    );
    CHECK(
        world
            .ask(
                "POST", "/repos/ada/shop/statuses/" + std::string(40, 'a'), R"({"state": "error"})"
            )
            .status == 422
    );
    const auto list = world.get("/repos/ada/shop/commits/" + sha + "/statuses");
    REQUIRE(list.list()->size() == 2);
    CHECK(text(list.list()->front(), {"state"}) == "success");
}

TEST_CASE("a deployment that succeeds makes the older ones of its environment inactive")
{
    HubWorld world;
    const std::string sha = world.push("feature", "one\n");
    const auto deploy = [&] {
        const auto made = world.ask(
            "POST",
            "/repos/ada/shop/deployments",
            fmt::format(
                R"({{"ref": "{}", "environment": "preview/pr-1", "required_contexts": []}})", sha
            )
        );
        REQUIRE(made.status == 201);
        return "/repos/ada/shop/deployments/" + text(parse_json(made.body).value(), {"id"});
    };
    const auto state = [&](const std::string& target) {
        return text(world.get(target + "/statuses").list()->front(), {"state"});
    };
    const std::string first = deploy();
    CHECK(
        world
            .ask(
                "POST",
                first + "/statuses",
                R"({"state": "success", "environment_url": "http://x.example"})"
            )
            .status == 201
    );
    const std::string second = deploy();
    CHECK(world.ask("POST", second + "/statuses", R"({"state": "in_progress"})").status == 201);
    CHECK(state(first) == "success");
    CHECK(world.ask("POST", second + "/statuses", R"({"state": "success"})").status == 201);
    CHECK(state(first) == "inactive");
    CHECK(world.ask("POST", second + "/statuses", R"({"state": "great"})").status == 422);
    CHECK(world.get("/repos/ada/shop/deployments?environment=preview/pr-1").list()->size() == 2);
    CHECK(world.get("/repos/ada/shop/deployments?environment=other").list()->empty());
}

TEST_CASE("without an empty required_contexts a deployment waits for green statuses")
{
    HubWorld world;
    const std::string sha = world.push("feature", "one\n");
    CHECK(
        world.ask("POST", "/repos/ada/shop/statuses/" + sha, R"({"state": "pending"})").status ==
        201
    );
    const auto made = world.ask("POST", "/repos/ada/shop/deployments", R"({"ref": "feature"})");
    CHECK(made.status == 409);
}

TEST_CASE("a repository that was renamed redirects, by its id, and its hooks are told")
{
    HubWorld world;
    world.hook();
    world.open();
    CHECK(world.hub.actions().rename("ada/shop", "ada/store"));
    const auto moved = world.ask("GET", "/repos/ada/shop/pulls/1?x=y");
    CHECK(moved.status == 301);
    const std::string location(moved.headers.get("Location"));
    CHECK(location.ends_with("/pulls/1?x=y"));
    CHECK(
        text(world.get(location.substr(world.hub.url().size())), {"base", "repo", "full_name"}) ==
        "ada/store"
    );
    CHECK(world.ask("POST", "/repos/ada/shop/issues/1/comments", R"({"body": "x"})").status == 307);
    CHECK(world.get("/repos/ada/store").find("id") != nullptr);
    const auto told = world.told("repository");
    REQUIRE(told.size() == 1);
    CHECK(text(told[0], {"action"}) == "renamed");
    CHECK(text(told[0], {"changes", "repository", "name", "from"}) == "shop");
    CHECK(world.ask("GET", "/api/v3/repos/ada/store").status == 200);
}

TEST_CASE("limits are counted and said as GitHub does")
{
    HubWorld world;
    world.open();
    const std::string comments = "/repos/ada/shop/issues/1/comments";
    SUBCASE("the primary limit")
    {
        world.hub.limits().hourly = 2;
        CHECK(world.ask("GET", comments).headers.get("X-RateLimit-Remaining") == "1");
        CHECK(world.ask("GET", comments).status == 200);
        const auto refused = world.ask("GET", comments);
        CHECK(refused.status == 403);
        CHECK(refused.headers.get("X-RateLimit-Remaining") == "0");
        CHECK(refused.headers.has("X-RateLimit-Reset"));
        CHECK(text(world.get("/rate_limit"), {"resources", "core", "remaining"}) == "0");
    }
    SUBCASE("the secondary limit of content writes")
    {
        world.hub.limits().writes_a_minute = 2;
        CHECK(world.ask("POST", comments, R"({"body": "1"})").status == 201);
        CHECK(world.ask("POST", comments, R"({"body": "2"})").status == 201);
        const auto refused = world.ask("POST", comments, R"({"body": "3"})");
        CHECK(refused.status == 403);
        CHECK(refused.headers.get("Retry-After") == "60");
        CHECK(world.ask("GET", comments).status == 200);
    }
}

TEST_CASE("answers go wrong on demand, as often as asked for")
{
    HubWorld world;
    for (const char* branch : {"one", "two", "three"})
        world.open(branch);
    using Kind = ApiFault::Kind;
    const std::string pulls = "/repos/ada/shop/pulls?per_page=2";
    auto& faults = world.hub.faults();
    SUBCASE("a status")
    {
        faults.add({.kind = Kind::status, .path = "/pulls", .times = 2, .status = 502});
        CHECK(world.ask("GET", "/repos/ada/shop").status == 200);
        CHECK(world.ask("GET", pulls).status == 502);
        CHECK(world.ask("GET", pulls).status == 502);
    }
    SUBCASE("an empty list that is not true")
    {
        faults.add({.kind = Kind::empty});
        const auto answer = world.ask("GET", pulls);
        CHECK(answer.status == 200);
        CHECK(answer.body == "[]");
        CHECK_FALSE(answer.headers.has("Link"));
    }
    SUBCASE("half a list that looks whole")
    {
        faults.add({.kind = Kind::half});
        const auto answer = world.ask("GET", "/repos/ada/shop/pulls");
        CHECK(answer.status == 200);
        CHECK(parse_json(answer.body).value().list()->size() == 1);
    }
    SUBCASE("half a list")
    {
        faults.add({.kind = Kind::second_page, .times = 2});
        CHECK(world.ask("GET", pulls).status == 200);
        CHECK(world.ask("GET", pulls + "&page=2").status == 500);
    }
    SUBCASE("a connection that breaks")
    {
        faults.add({.kind = Kind::cut});
        CHECK_FALSE(world.loop.run(world.client->send({.target = pulls})).has_value());
    }
    SUBCASE("half of a JSON text")
    {
        faults.add({.kind = Kind::garbage});
        CHECK_FALSE(parse_json(world.ask("GET", pulls).body).has_value());
    }
    SUBCASE("a primary limit")
    {
        faults.add({.kind = Kind::primary, .retry_after = seconds{3600}});
        CHECK(world.ask("GET", pulls).headers.get("X-RateLimit-Remaining") == "0");
        CHECK(world.ask("GET", pulls).status == 403);
        return;
    }
    SUBCASE("a secondary limit")
    {
        faults.add({.kind = Kind::secondary, .status = 429, .retry_after = seconds{7}});
        const auto answer = world.ask("GET", pulls);
        CHECK(answer.status == 429);
        CHECK(answer.headers.get("Retry-After") == "7");
    }
    SUBCASE("a slow answer that is right")
    {
        faults.add({.kind = Kind::slow, .delay = milliseconds{20}});
        CHECK(parse_json(world.ask("GET", pulls).body)->list()->size() == 2);
    }
    CHECK(parse_json(world.ask("GET", pulls).body)->list()->size() == 2);
    CHECK(world.hub.asked().back().target == pulls);
}
