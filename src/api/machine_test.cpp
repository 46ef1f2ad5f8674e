#include "api/test_world.hpp"
#include "forge/fake_api.hpp"

using namespace diorama;
using namespace diorama::api;

TEST_CASE("health says of each part whether it answers, to anybody (I08)")
{
    ApiWorld world;
    world.token.clear();
    for (const std::string path : {"/health", "/api/health", "/health/ready"}) {
        const auto well = world.get(path);
        CHECK(well.status == 200);
        CHECK(well.text("status") == "healthy");
        for (const std::string_view part : {"api", "database", "disk", "docker", "packet_filter"})
            CHECK(well.body.find("services")->find(part)->scalar_text() == "healthy");
        world.driver->fail_next(
            Verb::observe,
            {
                .error = Error{Code::unavailable, "no engine at /var/run/docker.sock"}
        }
        );
        const auto ill = world.get(path);
        CHECK(ill.status == 503);
        CHECK(ill.text("status") == "degraded");
        CHECK(ill.body.find("services")->find("docker")->scalar_text() == "unavailable");
        CHECK(write_json(ill.body).find("docker.sock") == std::string::npos);
    }
    world.driver->fail_next(
        Verb::observe,
        {
            .error = Error{Code::unavailable, "no engine"}
    }
    );
    CHECK(world.get("/health/live").status == 200);
}

TEST_CASE("health tells that scenes are not held apart any more (I08, SEC-40)")
{
    ApiWorld world;
    world.context->filtered = [] { return false; };
    const auto ill = world.get("/health");
    CHECK(ill.status == 503);
    CHECK(ill.body.find("services")->find("packet_filter")->scalar_text() == "unavailable");
}

TEST_CASE("SEC-72 health tells of a full disk before a write fails on it")
{
    ApiWorld world;
    world.context->has_room = [] { return false; };
    for (const std::string path : {"/health", "/health/ready"}) {
        const auto ill = world.get(path);
        CHECK(ill.status == 503);
        CHECK(ill.body.find("services")->find("disk")->scalar_text() == "unavailable");
        CHECK(ill.body.find("services")->find("database")->scalar_text() == "healthy");
    }
}

TEST_CASE("version and doctor say which Diorama and on what it stands")
{
    ApiWorld world;
    CHECK(world.get("/api/v1/version").text("version") == "1.2.3");
    CHECK(!world.get("/api/v1/version").text("installation").empty());
    CHECK(world.get("/api/v1/doctor").body.find("checks"));
}

TEST_CASE("B17 doctor says what the forge refuses, and which permission mends it")
{
    ApiWorld world;
    const auto github = [&] {
        std::vector<std::string> lines;
        const auto answer = world.get("/api/v1/doctor");
        for (const Node& check : *answer.body.find("checks")->list())
            if (check.find("name")->scalar_text() == "github")
                lines.push_back(fmt::format(
                    "{} {} > {}",
                    *check.find("well")->boolean(),
                    check.find("found")->scalar_text().value(),
                    check.find("mend") ? check.find("mend")->scalar_text().value() : ""
                ));
        return lines;
    };
    REQUIRE(github().size() == 1);
    CHECK(github().front().starts_with("true no token"));
    CHECK(github().front().ends_with("Set github.token in diorama.toml."));

    FakeForgeApi forge{world.scheduler};
    const std::array<ForgeApi*, 1> forges{&forge};
    world.context->world.forges = forges;
    CHECK(github() == std::vector<std::string>{"true refuses nothing that was asked > "});

    const ForgeRepository shop{"github", "100", "ann/shop"};
    forge.add(shop);
    forge.fault = [](std::string_view question) {
        return FakeForgeApi::Fault{
            {Code::forbidden, "not " + std::string(question), "Give the token more."}
        };
    };
    const std::string commit(40, 'a');
    CHECK(world.scheduler.run(forge.set_status(shop, commit, {}, {})).has_error());
    CHECK(world.scheduler.run(forge.create_comment(shop, 7, "x", {})).has_error());
    CHECK(
        github() ==
        std::vector<std::string>{"false not create_comment (and 1 more) > Give the token more."}
    );
    forge.fault = nullptr;
    CHECK(world.scheduler.run(forge.set_status(shop, commit, {}, {})));
    CHECK(github() == std::vector<std::string>{"false not create_comment > Give the token more."});
}

TEST_CASE("projects are the repositories that have environments")
{
    ApiWorld world;
    CHECK(world.get("/api/v1/projects").items().empty());
    world.shop();
    const auto projects = world.get("/api/v1/projects").items();
    REQUIRE(projects.size() == 1);
    CHECK(projects[0].find("slug")->scalar_text() == "git-shop");
    CHECK(projects[0].find("name")->scalar_text() == "git/shop");
    CHECK(projects[0].find("repository")->scalar_text() == ApiWorld::repository);
}

TEST_CASE("CPU and memory of what runs are told by service (E11)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const std::string path = "/api/v1/environments/" + shop.slug + "/stats";
    const auto stats = world.get(path).items();
    REQUIRE(stats.size() == 2);
    CHECK(stats[1].find("service")->scalar_text() == "web");
    for (const char* key :
         {"container", "cpu", "memory", "memory_limit", "pids", "received", "sent"})
        CHECK(stats[1].find(key));

    world.driver->fail_next(
        Verb::stats,
        {
            .error = Error{Code::not_found, "it just ended"}
    }
    );
    CHECK(world.get(path).items().size() == 1);
    world.driver->fail_next(
        Verb::stats,
        {
            .error = Error{Code::unavailable, "the engine is away"}
    }
    );
    CHECK(world.get(path).status == 503);
}

TEST_CASE("the inventory lists every object, and alone what could not be removed (SEC-60)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const auto all = world.get("/api/v1/inventory").items();
    CHECK(all.size() == world.host.objects().size());
    const auto first = world.get("/api/v1/inventory?limit=1");
    REQUIRE(first.items().size() == 1);
    const auto rest = world.get("/api/v1/inventory?limit=1000&after=" + first.text("next")).items();
    CHECK(rest.size() + 1 == all.size());
    CHECK(world.get("/api/v1/inventory?status=owed").items().empty());
    CHECK(world.get("/api/v1/inventory?status=made").status == 400);
    CHECK(world.get("/api/v1/inventory?staus=owed").status == 400);

    world.logs.know_everywhere({
        {"x", Secret("correct-horse-battery-staple")}
    });
    world.driver->fail_next(
        Verb::remove,
        {
            .error = Error{Code::unavailable, "refused correct-horse-battery-staple"}
    }
    );
    world.remove("/api/v1/environments/" + shop.slug);
    world.scheduler.run_for(seconds{1});
    const auto owed = world.get("/api/v1/inventory?status=owed").items();
    REQUIRE(owed.size() == 1);
    CHECK(owed[0].find("environment")->scalar_text() == shop.id.text());
    CHECK(owed[0].find("problem")->scalar_text()->find("refused") != std::string::npos);
    CHECK(write_json(owed[0]).find("correct-horse") == std::string::npos);
}

TEST_CASE("a token is shown once, listed without its text, and useless when revoked")
{
    ApiWorld world;
    const auto made =
        world.post("/api/v1/tokens", R"({"name": "ci", "scopes": ["read", "deploy"]})");
    CHECK(made.status == 201);
    const std::string text = made.text("token");
    CHECK(text.starts_with("dio_"));
    const auto listed = world.get("/api/v1/tokens");
    CHECK(listed.items().size() == 2);
    CHECK(write_json(listed.body).find(text.substr(4)) == std::string::npos);
    CHECK(!listed.items().back().find("hash"));
    CHECK(listed.items().back().find("name")->scalar_text() == "ci");
    CHECK(listed.items().back().find("scopes")->list()->size() == 2);

    const std::string first = world.token;
    world.token = text;
    CHECK(world.get("/api/v1/environments").status == 200);
    CHECK(world.get("/api/v1/tokens").status == 403);
    world.token = first;
    CHECK(world.remove("/api/v1/tokens/" + made.text("id")).status == 204);
    CHECK(world.remove("/api/v1/tokens/" + made.text("id")).status == 404);
    world.token = text;
    CHECK(world.get("/api/v1/environments").status == 401);
}

TEST_CASE("a token that cannot be is told why")
{
    ApiWorld world;
    struct Case {
        std::string body;
        std::string says;
    };
    for (const Case& one : {
             Case{"{}",                                                     "name"      },
             Case{R"({"name": ""})",                                        "name"      },
             Case{R"({"name": "x", "scope": ["read"]})",                    "'scopes'"  },
             Case{R"({"name": "x", "scopes": ["reed"]})",                   "reed"      },
             Case{R"({"name": "x", "expires_at": "tomorrow"})",             "expires_at"},
             Case{R"({"name": "x", "expires_at": "2001-01-01T00:00:00Z"})", "expired"   },
    }) {
        CAPTURE(one.body);
        const auto answer = world.post("/api/v1/tokens", one.body);
        CHECK(answer.status == 400);
        CHECK((answer.text("detail") + answer.text("mend")).find(one.says) != std::string::npos);
    }
    CHECK(world.get("/api/v1/tokens").items().size() == 1);
}
