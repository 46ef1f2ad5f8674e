#include "api/test_world.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

constexpr const char* web = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// Puts up `main`, `two` and `three`, one second apart, none of them ready.
std::vector<std::string> put_up_three(ApiWorld& world)
{
    std::vector<std::string> slugs;
    for (const std::string branch : {"main", "two", "three"}) {
        world.commits.push(
            std::string(ApiWorld::repository),
            "refs/heads/" + branch,
            std::string(40, 'a'),
            {
                {"compose.yaml", web}
        }
        );
        const auto made = world.post("/api/v1/environments", ApiWorld::branch_body(branch));
        slugs.push_back(made.text("slug"));
        world.settle(EnvironmentId::parse(made.text("id")).value());
    }
    return slugs;
}

std::vector<std::string> slugs(const Answer& answer)
{
    std::vector<std::string> found;
    for (const Node& item : answer.items())
        found.push_back(*item.find("slug")->string());
    return found;
}

}  // namespace

TEST_CASE("an environment is shown by id and by slug, with what runs in it (A07, C09)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const auto by_id = world.get("/api/v1/environments/" + shop.id.text());
    const auto by_slug = world.get("/api/v1/environments/" + shop.slug);
    CHECK(by_id.status == 200);
    CHECK(by_id.body == by_slug.body);
    CHECK(by_id.text("state") == "ready");
    CHECK(by_id.text("kind") == "branch");
    CHECK(by_id.text("key") == "main");
    CHECK(by_id.text("commit") == std::string(40, 'a'));
    CHECK(by_id.text("serving_commit") == std::string(40, 'a'));
    CHECK(by_id.body.find("project")->find("repository")->scalar_text() == ApiWorld::repository);

    const auto services = world.get("/api/v1/environments/" + shop.slug + "/services").items();
    REQUIRE(services.size() == 2);
    CHECK(*by_id.body.find("services")->list() == services);
    const Node& db = services[0];
    const Node& page = services[1];
    CHECK(db.find("name")->scalar_text() == "db");
    CHECK(db.find("image")->scalar_text() == "db:1");
    CHECK(!db.find("url"));
    CHECK(page.find("status")->scalar_text() == "running");
    CHECK(page.find("image")->scalar_text() == "web:1");
    CHECK(page.find("port")->scalar_text() == "8080");
    CHECK(page.find("main")->scalar_text() == "true");
    CHECK(page.find("replicas")->scalar_text() == "1");
    CHECK(page.find("url")->scalar_text() == by_id.text("url"));
}

TEST_CASE("an environment is shown with its ports, or why it has none, while it stands (E10, H10)")
{
    ApiWorld world;
    world.engine_settings.ports = PortPool{
        .app = {8000, 8009},
          .database = {9000, 9000}
    };
    const auto shop = world.shop();
    const auto shown = world.get("/api/v1/environments/" + shop.slug);
    CHECK(shown.text("app_port") == "8000");
    CHECK(shown.text("database_port") == "9000");
    CHECK(!shown.body.find("no_ports"));

    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body("two"));
    CHECK(made.status == 201);
    CHECK(made.text("no_ports").starts_with("no port from 9000 to 9000 is free"));
    CHECK(!made.body.find("app_port"));

    CHECK(world.remove("/api/v1/environments/" + shop.slug).status == 202);
    world.settle(shop.id);
    CHECK(!world.get("/api/v1/environments/" + shop.slug).body.find("app_port"));
}

TEST_CASE("services of a scene on its way up are building, those of a failed one failed (A07)")
{
    ApiWorld world;
    world.push(
        'a',
        {
            {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
            {"Dockerfile",   "FROM scratch\n"                                        }
    }
    );
    world.builder.build_time = minutes{1};
    world.builder.fault = Error{Code::invalid, "step 1 broke"};
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body());
    const auto id = EnvironmentId::parse(made.text("id")).value();
    CHECK(made.body.find("services")->list()->empty());
    world.settle(id);
    const auto failed = world.get(made.where());
    CHECK(failed.text("state") == "failed");
    for (const Node& service : *failed.body.find("services")->list())
        CHECK(service.find("status")->scalar_text() == "failed");
    CHECK(failed.text("cause").find("step 1 broke") != std::string::npos);
}

TEST_CASE("what a cause holds of a secret is not shown (SEC-60)")
{
    ApiWorld world;
    world.logs.know_everywhere({
        {"registries.x.password", Secret("correct-horse-battery-staple")}
    });
    world.builder.fault = Error{Code::invalid, "login with correct-horse-battery-staple failed"};
    world.push_compose('a', web);
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body());
    const auto id = EnvironmentId::parse(made.text("id")).value();
    CHECK(world.settle(id).state == State::failed);
    REQUIRE(world.find(id).cause.find("failed") != std::string::npos);
    for (const std::string below : {"", "/why", "/deployments", "/logs", "/events", "/services"}) {
        const auto answer = world.get(made.where() + below);
        CAPTURE(below);
        CHECK(answer.status == 200);
        CHECK(write_json(answer.body).find("correct-horse") == std::string::npos);
    }
    CHECK(world.get(made.where()).text("cause").find("login with") != std::string::npos);
    const auto attempt = world.get("/api/v1/deployments/" + world.latest(id).id.text());
    CHECK(attempt.text("status") == "failed");
    CHECK(write_json(attempt.body).find("correct-horse") == std::string::npos);
    CHECK(
        write_json(world.get("/api/v1/environments").body).find("correct-horse") ==
        std::string::npos
    );
}

TEST_CASE("the list is newest first, and goes on where a page ended")
{
    ApiWorld world;
    const auto made = put_up_three(world);
    const auto whole = world.get("/api/v1/environments");
    CHECK(slugs(whole) == std::vector{made[2], made[1], made[0]});
    CHECK(!whole.body.find("next"));
    const auto first = world.get("/api/v1/environments?limit=2");
    CHECK(slugs(first) == std::vector{made[2], made[1]});
    const auto rest = world.get(
        "/api/v1/environments" + format_query({
                                     {"limit", "2"               },
                                     {"after", first.text("next")}
    })
    );
    CHECK(slugs(rest) == std::vector{made[0]});
    CHECK(!rest.body.find("next"));
}

TEST_CASE("the list is filtered and sorted as asked")
{
    ApiWorld world;
    const auto made = put_up_three(world);
    const auto listed = [&](const std::string& query) {
        return slugs(world.get("/api/v1/environments?" + query));
    };
    CHECK(listed("sort=slug") == std::vector{made[0], made[2], made[1]});
    CHECK(listed("sort=slug&order=desc") == std::vector{made[1], made[2], made[0]});
    CHECK(listed("order=asc") == made);
    CHECK(listed("sort=updated") == std::vector{made[2], made[1], made[0]});
    CHECK(listed("state=failed").empty());
    CHECK(listed("state=ready&state=failed").size() == 3);
    CHECK(listed("kind=named").empty());
    CHECK(listed("kind=branch").size() == 3);
    CHECK(listed("pull_request=7").empty());
    CHECK(listed("search=TWO") == std::vector{made[1]});
    CHECK(listed("project=git-shop").size() == 3);
    CHECK(listed("project=nowhere").empty());
    const auto one = world.get("/api/v1/environments/" + made[0]);
    const auto project = one.body.find("project")->find("id")->scalar_text().value();
    CHECK(listed("project=" + project).size() == 3);
    CHECK(listed("project=" + one.text("id")).empty());

    world.remove("/api/v1/environments/" + made[0]);
    world.settle(EnvironmentId::parse(one.text("id")).value());
    CHECK(listed("").size() == 2);
    CHECK(listed("all=true").size() == 3);
    CHECK(listed("state=destroyed") == std::vector{made[0]});
}

TEST_CASE("a parameter that cannot be is told, never taken for none (SEC-62)")
{
    ApiWorld world;
    world.shop();
    for (const std::string query :
         {"limit=0",
          "limit=1001",
          "limit=-1",
          "limit=ten",
          "limit=",
          "limit=1e3",
          "limit=99999999999999999999",
          "after=nonsense",
          "after=cd1.2",
          "after='",
          "sort=price",
          "sort=slug%3Bdrop%20table%20tokens",
          "sort=created%20desc",
          "order=up",
          "state=running",
          "state=",
          "state=ready%27%20or%201=1--",
          "kind=x",
          "all=yes",
          "pull_request=x",
          "search=%00",
          "search=%ff",
          "stat=ready",
          "foo=1",
          "LIMIT=3"}) {
        CAPTURE(query);
        const auto refused = world.try_get("/api/v1/environments?" + query);
        if (!refused) continue;
        CHECK(refused->status == 400);
        CHECK(refused->text("code") == "invalid");
        CHECK(!refused->text("detail").empty());
    }
    CHECK(
        world.get("/api/v1/environments?stat=ready").text("mend").find("'state'") !=
        std::string::npos
    );
}

TEST_CASE("a search is text to look for, whatever it looks like (SEC-62)")
{
    ApiWorld world;
    world.shop();
    const auto found = [&](const std::string& text) {
        const auto answer = world.get(
            "/api/v1/environments" + format_query({
                                         {"search", text}
        })
        );
        CHECK(answer.status == 200);
        return answer.items().size();
    };
    for (const std::string text :
         {"%",
          "_",
          "\\",
          "'",
          "' OR '1'='1",
          "x' UNION SELECT hash FROM tokens --",
          "\"; DROP TABLE",
          "*",
          "[a-z]",
          "(?i)shop",
          "${jndi:x}",
          "\xe2\x80\xae",
          "shop%"}) {
        CAPTURE(text);
        CHECK(found(text) == 0);
    }
    CHECK(found("shop") == 1);
    CHECK(found("") == 1);
    CHECK(
        world
            .get(
                "/api/v1/environments" + format_query({
                                             {"search", std::string(10'000, 'a')}
    })
            )
            .status == 400
    );
    CHECK(world.get("/api/v1/environments").items().size() == 1);
}

TEST_CASE("names in paths are looked up as they are (SEC-62)")
{
    ApiWorld world;
    world.shop();
    for (const std::string segment :
         {"%27%20OR%201=1--",
          "*",
          "%25",
          "..%2f..%2fetc",
          "%E2%80%AE",
          "null",
          "0",
          "00000000-0000-0000-0000-000000000000"}) {
        CAPTURE(segment);
        CHECK(world.get("/api/v1/environments/" + segment).status == 404);
        CHECK(world.get("/api/v1/deployments/" + segment).status == 404);
        CHECK(world.remove("/api/v1/tokens/" + segment).status == 404);
    }
}

TEST_CASE("an update under way is told beside what serves")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.push(
        'b',
        {
            {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
            {"Dockerfile",   "FROM scratch\n"                                        }
    }
    );
    world.builder.build_time = minutes{2};
    world.post("/api/v1/environments", ApiWorld::branch_body());
    world.scheduler.run_for(seconds{10});
    const auto seen = world.get("/api/v1/environments/" + shop.slug);
    CHECK(seen.text("state") == "updating");
    CHECK(seen.text("serving") == "1");
    CHECK(seen.text("generation") == "2");
    CHECK(!seen.text("url").empty());
    CHECK(seen.body.find("services")->list()->size() == 2);
    CHECK(seen.body.find("services")->list()->back().find("status")->scalar_text() == "running");
}
