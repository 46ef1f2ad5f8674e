#include "api/test_world.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

const Node& at(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    if (!found) throw std::logic_error("there is no " + std::string(key));
    return *found;
}

std::string text(const Node& node, std::string_view key)
{
    return at(node, key).scalar_text().value();
}

}  // namespace

TEST_CASE("capacity tells who waits, what runs and what it uses, and how much is promised (O01)")
{
    ApiWorld world;
    world.engine_settings.limits = {
        .environments = 1, .most = {.memory = 8ULL << 30U}, .at_limit = AtLimit::queue
    };
    const Environment shop = world.shop();
    world.post("/api/v1/environments", ApiWorld::branch_body());
    world.commits.push(
        std::string(ApiWorld::repository),
        "refs/heads/other",
        std::string(40, 'b'),
        {
            {"compose.yaml", "services:\n  web:\n    image: web:1\n    ports: ['8080']\n"}
    }
    );
    world.post("/api/v1/environments", ApiWorld::branch_body("other"));
    world.scheduler.run_for(minutes{1});

    const Node answer = world.get("/api/v1/capacity").body;
    const Node& awake = at(at(answer, "limits"), "environments");
    CHECK(text(awake, "used") == "1");
    CHECK(text(awake, "most") == "1");
    CHECK(text(at(at(answer, "limits"), "memory"), "used") == "1073741824");
    CHECK(at(answer, "environments").list()->size() == 2);
    const auto& queue = *at(answer, "queue").list();
    REQUIRE(queue.size() == 1);
    CHECK(text(queue.front(), "waits") == "1 of 1 environments are awake");
    CHECK(text(queue.front(), "position") == "1");

    const auto other = text(queue.front(), "id");
    CHECK(
        world.get("/api/v1/environments/" + other).text("waits") == "1 of 1 environments are awake"
    );
    const auto why = world.get("/api/v1/environments/" + other + "/why");
    CHECK(why.text("verdict") == "waiting");
    CHECK(
        why.text("reason") ==
        "it waits for a place, number 1 in the queue: 1 of 1 environments are awake. Put one to "
        "sleep (diorama sleep), unpin or take one down, or raise limits.environments in "
        "diorama.toml."
    );
    CHECK(why.text("mend") == "diorama sleep " + shop.slug);
    const std::string pin = "/api/v1/environments/" + shop.id.text() + "/pin";
    CHECK(world.ask(world.request_of("PUT", pin)).status == 200);
    const auto pinned = world.get("/api/v1/environments/" + other + "/why");
    CHECK(pinned.text("mend") == "diorama top");
}

TEST_CASE("who waits for a worker is told the place and the expected start (H06)")
{
    ApiWorld world;
    world.shop();
    world.occupy();
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body("late"));
    CHECK(made.text("position") == "1");
    CHECK(!made.text("expected_start_at").empty());
    const auto why = world.get("/api/v1/environments/" + made.text("id") + "/why");
    CHECK(why.text("reason").starts_with(
        "it waits for a worker, number 1 in the queue, and is expected to start at "
    ));
}

TEST_CASE("where the policy is to refuse, the next environment is answered 412 (H06)")
{
    ApiWorld world;
    world.engine_settings.limits = {.environments = 1, .at_limit = AtLimit::refuse};
    world.shop();
    const auto refused = world.post("/api/v1/environments", ApiWorld::branch_body("other"));
    CHECK(refused.status == 412);
    CHECK(refused.text("detail") == "1 of 1 environments are awake");
    CHECK(!refused.text("mend").empty());
}

TEST_CASE("a deployment is cancelled over the API, which answers when it has ended (O04)")
{
    ApiWorld world;
    world.occupy();
    const auto busy = world.get("/api/v1/environments?search=busy-0").items().at(0);
    const auto id = EnvironmentId::parse(text(busy, "id")).value();
    const std::string path = "/api/v1/deployments/" + world.latest(id).id.text();
    const auto cancelled = world.post(path + "/cancel");
    CHECK(cancelled.status == 200);
    CHECK(cancelled.text("ended") == "true");
    CHECK(cancelled.text("status") == "failed");
    CHECK(cancelled.text("cause") == "cancelled by test");
    CHECK(world.builder.cancelled == 1);
    CHECK(world.post(path + "/cancel").status == 409);
}
