#include "api/test_world.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

constexpr const char* page_only = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// The world's repository is /srv/git/shop.git, so its owner is "git".
constexpr std::string_view shop_url = "http://git-shop-branch-main.localhost:8080/";

}  // namespace

TEST_CASE("creating answers 201 at once with the URL and pending (A02)")
{
    ApiWorld world;
    world.push_compose('a', page_only);
    const Instant asked = world.scheduler.now();
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body());
    CHECK(made.status == 201);
    CHECK(world.scheduler.now() - asked < seconds{1});
    CHECK(made.text("state") == "pending");
    CHECK(made.text("url") == shop_url);
    CHECK(made.text("slug") == "git-shop-branch-main");
    CHECK(made.where() == "/api/v1/environments/" + made.text("id"));
    CHECK(made.headers.get("Content-Type") == "application/json");

    const auto id = EnvironmentId::parse(made.text("id")).value();
    CHECK(world.settle(id).state == State::ready);
    const auto ready = world.get(made.where());
    CHECK(ready.text("url") == shop_url);
    CHECK(!world.router.upstreams("git-shop-branch-main.localhost").empty());
}

TEST_CASE("the URL told at creation is the one that serves, in each shape that can be known early")
{
    struct Case {
        Shape shape;
        std::string early;
    };
    const Case cases[] = {
        {Shape::preview_deployer, "http://localhost:8080/git-shop/branch-main/"},
        {Shape::ephemera,         "http://branch-main-shop.localhost:8080/"    },
        {Shape::bare,             "http://branch-main.localhost:8080/"         },
        {Shape::prevant,          ""                                           },
        {Shape::preview_cloud,    ""                                           },
    };
    for (const Case& one : cases) {
        CAPTURE(name(one.shape));
        ApiWorld world;
        world.engine_settings.shapes = {one.shape, Shape::flat};
        world.push_compose('a', page_only);
        const auto made = world.post("/api/v1/environments", ApiWorld::branch_body());
        CHECK(made.text("url") == one.early);
        world.settle(EnvironmentId::parse(made.text("id")).value());
        const auto ready = world.get(made.where());
        const std::string url = ready.text("url");
        if (!one.early.empty()) CHECK(url == one.early);
        REQUIRE(url.size() > 22);
        const std::string host = url.substr(7, url.find(':', 7) - 7);
        CHECK(!world.router.upstreams(host).empty());
        CHECK(ready.body.find("services")->list()->front().find("url")->scalar_text() == url);
    }
}

TEST_CASE("a URL that another environment has is not promised again (F06)")
{
    ApiWorld world;
    world.push_compose('a', page_only);
    world.engine_settings.shapes = {Shape::bare};
    const auto first = world.post("/api/v1/environments", ApiWorld::branch_body());
    world.settle(EnvironmentId::parse(first.text("id")).value());
    world.commits.push(
        "/srv/git/other.git",
        "refs/heads/main",
        std::string(40, 'b'),
        {
            {"compose.yaml", page_only}
    }
    );
    const auto second =
        world.post("/apps", R"({"repository": "/srv/git/other.git", "branch": "main"})");
    CHECK(second.status == 201);
    CHECK(second.text("url") != first.text("url"));
    const auto id = EnvironmentId::parse(second.text("id")).value();
    world.settle(id);
    CHECK(world.get(second.where()).text("url") == second.text("url"));
}

TEST_CASE("a scene without a way in has no URL once that is known")
{
    ApiWorld world;
    world.push_compose('a', "services:\n  worker:\n    image: worker:1\n");
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body());
    world.settle(EnvironmentId::parse(made.text("id")).value());
    const auto ready = world.get(made.where());
    CHECK(ready.text("state") == "ready");
    CHECK(!ready.body.find("url"));
}

TEST_CASE("who prefers to wait is answered when it is ready (A02)")
{
    ApiWorld world;
    world.push_compose('a', page_only);
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body(), "wait=600");
    CHECK(made.status == 201);
    CHECK(made.text("state") == "ready");
    CHECK(made.headers.get("Preference-Applied") == "wait=600");
}

TEST_CASE("who prefers to wait is answered when it failed, and why")
{
    ApiWorld world;
    world.push_compose('a', "services:\n  web:\n    privileged: true\n    image: web:1\n");
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body(), "wait=600");
    CHECK(made.status == 201);
    CHECK(made.text("state") == "failed");
    CHECK(made.text("cause").find("privileged") != std::string::npos);
}

TEST_CASE("a wait that is over before the scene stands answers where it is")
{
    ApiWorld world;
    world.push_compose('a', "services:\n  web:\n    build: .\n    ports: ['8080']\n");
    world.push(
        'a',
        {
            {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
            {"Dockerfile",   "FROM scratch\n"                                        }
    }
    );
    world.builder.build_time = minutes{5};
    const Instant asked = world.scheduler.now();
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body(), "wait=3");
    CHECK(made.status == 201);
    CHECK(made.text("state") == "provisioning");
    CHECK(world.scheduler.now() - asked >= seconds{3});
    CHECK(world.scheduler.now() - asked < seconds{5});
}

TEST_CASE("a daemon that stops keeps nobody waiting")
{
    ApiWorld world;
    world.push_compose('a', page_only);
    world.closing.request_stop();
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body(), "wait=600");
    CHECK(made.status == 201);
    CHECK(made.text("state") == "pending");
}

TEST_CASE("who prefers not to wait gets 202 and the attempt's place (A02, A09)")
{
    ApiWorld world;
    world.push_compose('a', page_only);
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body(), "respond-async");
    CHECK(made.status == 202);
    CHECK(made.headers.get("Preference-Applied") == "respond-async");
    REQUIRE(made.where().starts_with("/api/v1/deployments/"));
    const auto attempt = world.get(made.where());
    CHECK(attempt.status == 200);
    CHECK(attempt.text("environment") == made.text("id"));
    CHECK(attempt.text("status") != "success");
}

TEST_CASE("who would wait a little, then not, gets 202 only while it is under way (RFC 7240)")
{
    ApiWorld world;
    world.push_compose('a', page_only);
    const auto made =
        world.post("/api/v1/environments", ApiWorld::branch_body(), "respond-async, wait=600");
    CHECK(made.status == 201);
    CHECK(made.text("state") == "ready");
    world.builder.build_time = minutes{5};
    const auto again = world.post(made.where() + "/redeploy", "", "respond-async, wait=0");
    CHECK(again.status == 202);
    CHECK(again.where().starts_with("/api/v1/deployments/"));
}

TEST_CASE("asking again for the same environment renews it: 200, and still one (A02)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const auto again = world.post("/api/v1/environments", ApiWorld::branch_body());
    CHECK(again.status == 200);
    CHECK(again.text("id") == shop.id.text());
    CHECK(again.text("generation") == "2");
    CHECK(again.text("state") == "updating");
    CHECK(again.text("serving") == "1");
    CHECK(world.get("/api/v1/environments").items().size() == 1);
}

TEST_CASE("redeploying makes a new attempt at the same")
{
    ApiWorld world;
    const auto shop = world.shop();
    const std::string path = "/api/v1/environments/" + shop.slug;
    const auto again = world.post(path + "/redeploy");
    CHECK(again.status == 202);
    CHECK(again.where().starts_with("/api/v1/deployments/"));
    world.settle(shop.id);
    CHECK(world.get(path + "/deployments").items().size() == 2);
    const auto waited = world.post(path + "/redeploy", "", "wait=600");
    CHECK(waited.status == 200);
    CHECK(waited.text("state") == "ready");
    CHECK(waited.text("serving") == "3");
}

TEST_CASE("taking down twice is taking down once (A03)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const std::string path = "/api/v1/environments/" + shop.id.text();
    const auto first = world.remove(path);
    CHECK(first.status == 202);
    CHECK(first.text("state") == "destroying");
    const auto second = world.remove(path);
    CHECK(second.status == 202);
    const auto renewed = world.post("/api/v1/environments", ApiWorld::branch_body());
    CHECK(renewed.status == 409);
    CHECK(renewed.text("code") == "conflict");
    CHECK(!renewed.text("mend").empty());
    world.settle(shop.id);
    const auto third = world.remove(path);
    CHECK(third.status == 200);
    CHECK(third.text("state") == "destroyed");
    CHECK(!third.body.find("url"));
    CHECK(third.body.find("services")->list()->empty());
    CHECK(world.post("/api/v1/environments", ApiWorld::branch_body()).text("state") == "pending");
}

TEST_CASE("who prefers to wait for the end of a scene is answered when it is gone (A03)")
{
    ApiWorld world;
    const auto shop = world.shop();
    Request request = world.request_of("DELETE", "/api/v1/environments/" + shop.slug);
    request.headers.set("Prefer", "wait=60");
    const auto gone = world.ask(std::move(request));
    CHECK(gone.status == 200);
    CHECK(gone.text("state") == "destroyed");
    CHECK(world.host.objects().empty());
}

TEST_CASE("a body says which environment by its most lasting part, and the rest what it shows")
{
    struct Case {
        std::string body;
        std::string kind, key, ref;
    };
    const std::string commit(40, 'c');
    const Case cases[] = {
        {R"("pull_request": 7)",                                "pull_request", "7",    "refs/pull/7/head"},
        {R"("branch": "main")",                                 "branch",       "main", "refs/heads/main" },
        {R"("commit": ")" + commit + R"(")",                    "commit",       commit, ""                },
        {R"("name": "demo")",                                   "named",        "demo", "HEAD"            },
        {R"("name": "demo", "branch": "x")",                    "named",        "demo", "refs/heads/x"    },
        {R"("name": "demo", "ref": "refs/tags/v1")",            "named",        "demo", "refs/tags/v1"    },
        {R"("name": "demo", "pull_request": 7)",                "named",        "demo", "refs/pull/7/head"},
        {R"("pull_request": 7, "commit": ")" + commit + R"(")",
         "pull_request",                                                        "7",
         "refs/pull/7/head"                                                                               },
    };
    for (const Case& one : cases) {
        CAPTURE(one.body);
        ApiWorld world;
        const auto made = world.post(
            "/api/v1/environments", R"({"repository": "/srv/git/shop.git", )" + one.body + "}"
        );
        CHECK(made.status == 201);
        CHECK(made.text("kind") == one.kind);
        CHECK(made.text("key") == one.key);
        CHECK(made.text("ref") == one.ref);
    }
}

TEST_CASE("a body that cannot be is answered with what is wrong and how to mend it (I12, B10)")
{
    struct Case {
        std::string body;
        std::string says;
    };
    const Case cases[] = {
        {"",                                                                             "no body"         },
        {"{",                                                                            "the request body"},
        {"[]",                                                                           "expected map"    },
        {"{}",                                                                           "repository"      },
        {R"({"repository": "/srv/git/shop.git"})",                                       "pull_request"    },
        {R"({"repository": 7, "branch": "main"})",                                       "expected string" },
        {R"({"repository": "/srv/git/shop.git", "brnach": "main"})",                     "'branch'"        },
        {R"({"repository": "/srv/git/shop.git", "branch": "a..b"})",                     "branch"          },
        {R"({"repository": "/srv/git/shop.git", "branch": "a\u0000b"})",                 "branch"          },
        {R"({"repository": "/srv/git/shop.git", "commit": "HEAD"})",                     "commit"          },
        {R"({"repository": "/srv/git/shop.git", "pull_request": -1})",                   "pull request"    },
        {R"({"repository": "/srv/git/shop.git", "pull_request": 0})",                    "pull request"    },
        {R"({"repository": "/srv/git/shop.git", "name": ""})",                           "no branch"       },
        {R"({"repository": "/srv/git/shop.git", "name": "a\nb"})",                       "a\\nb"           },
        {R"({"repository": "/srv/git/shop.git", "ref": "refs/tags/v1", "branch": "x"})", "'ref'"           },
        {R"({"repository": "/srv/../etc", "branch": "main"})",                           "repository"      },
        {R"({"repository": "/a", "repository": "/b", "branch": "main"})",                "repository"      },
    };
    ApiWorld world;
    for (const Case& one : cases) {
        CAPTURE(one.body);
        const auto answer = world.post("/api/v1/environments", one.body);
        CAPTURE(answer.text("detail"));
        CHECK(answer.status == 400);
        CHECK(answer.text("code") == "invalid");
        const std::string all = answer.text("detail") + answer.text("mend");
        CHECK(all.find(one.says) != std::string::npos);
    }
    CHECK(world.get("/api/v1/environments").items().empty());
    const std::string longest(256, 'n');
    CHECK(
        world
            .post(
                "/api/v1/environments",
                R"({"repository": "/srv/git/shop.git", "name": ")" + longest + R"("})"
            )
            .status == 400
    );
}

TEST_CASE("a location that this installation does not take, or list, is refused: 422 (B09)")
{
    ApiWorld world;
    const auto insecure = world.post(
        "/api/v1/environments", R"({"repository": "http://example.com/a/b", "branch": "main"})"
    );
    CHECK(insecure.status == 422);
    CHECK(insecure.text("code") == "refused");

    const auto helper =
        world.post("/api/v1/environments", R"({"repository": "ext::sh -c id", "branch": "main"})");
    CHECK(helper.status == 422);

    world.engine_settings.repositories = {"github.com/acme/shop"};
    const auto unlisted = world.post("/api/v1/environments", ApiWorld::branch_body());
    CHECK(unlisted.status == 422);
    CHECK(unlisted.text("mend").find("repositories.allowed") != std::string::npos);
    const auto listed = world.post(
        "/api/v1/environments", R"({"repository": "https://github.com/acme/shop", "branch": "m"})"
    );
    CHECK(listed.status == 201);
}
