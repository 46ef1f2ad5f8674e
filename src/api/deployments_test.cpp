#include "api/test_world.hpp"
#include "base/instant.hpp"
#include "store/feedback.hpp"

using namespace diorama;
using namespace diorama::api;

namespace {

constexpr const char* broken = "services:\n  web:\n    image: web:1\n    privileged: true\n";

std::string why(ApiWorld& world, const std::string& slug)
{
    return world.get("/api/v1/environments/" + slug + "/why").text("verdict");
}

/// A move that no command makes yet.
void move(ApiWorld& world, EnvironmentId id, Event event)
{
    const auto work = [&](Tx& tx) -> Result<> {
        const auto seen = environments::find(tx, id);
        const auto moved = environments::advance(
            tx, *seen, {.on = event, .actor = {}, .now = world.scheduler.now(), .cause = ""}
        );
        return moved ? ok() : Result<>(moved.error());
    };
    REQUIRE(world.scheduler.run(world.store->transact(work)).has_value());
}

}  // namespace

TEST_CASE("attempts are listed newest first, with status, times and cause (A09)")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.push_compose('b', broken);
    world.post("/api/v1/environments", ApiWorld::branch_body());
    world.settle(shop.id);
    const std::string path = "/api/v1/environments/" + shop.slug + "/deployments";
    const auto items = world.get(path).items();
    REQUIRE(items.size() == 2);
    CHECK(items[0].find("status")->scalar_text() == "failed");
    CHECK(items[0].find("cause")->scalar_text()->find("privileged") != std::string::npos);
    CHECK(items[0].find("commit")->scalar_text() == std::string(40, 'b'));
    CHECK(items[1].find("status")->scalar_text() == "success");
    CHECK(!items[1].find("cause"));
    CHECK(items[1].find("started_at"));
    CHECK(items[1].find("completed_at"));
    CHECK(*items[1].find("duration_ms")->integer() > 0);
    CHECK(*items[1].find("phases_ms")->find("start")->integer() > 0);
    CHECK_FALSE(items[0].find("phases_ms")->find("build"));

    const auto first = world.get(path + "?limit=1");
    REQUIRE(first.items().size() == 1);
    const auto rest = world.get(
        path + format_query({
                   {"after", first.text("next")}
    })
    );
    REQUIRE(rest.items().size() == 1);
    CHECK(rest.items()[0] == items[1]);
    CHECK(world.get(path + "?after=nonsense").status == 400);
    CHECK(world.get(path + "?limit=0").status == 400);
    CHECK(world.get(path + "?before=1").status == 400);

    const auto one = world.get("/api/v1/deployments/" + *items[0].find("id")->string());
    CHECK(one.body == items[0]);
}

TEST_CASE("why says in each state what is the matter and what comes next")
{
    ApiWorld world;
    const auto shop = world.shop();
    CHECK(why(world, shop.slug) == "healthy");

    world.push_compose('b', broken);
    world.post("/api/v1/environments", ApiWorld::branch_body());
    world.settle(shop.id);
    const auto stale = world.get("/api/v1/environments/" + shop.slug + "/why");
    CHECK(stale.text("verdict") == "stale");
    CHECK(stale.text("reason").find("privileged") != std::string::npos);
    CHECK(stale.text("mend") == "diorama logs " + shop.slug);
    CHECK(stale.text("state") == "ready");
    CHECK(stale.body.find("deployment")->find("status")->scalar_text() == "failed");
    CHECK(!stale.body.find("last_lines")->list()->empty());
    CHECK(stale.body.find("last_lines")->list()->size() <= 15);

    world.driver->fail_next(
        Verb::remove,
        {
            .error = Error{Code::unavailable, "the engine is away"}
    }
    );
    world.remove("/api/v1/environments/" + shop.slug);
    CHECK(why(world, shop.slug) == "leaving");
    world.wait_until([&] { return why(world, shop.slug) == "stuck"; });
    const auto stuck = world.get("/api/v1/environments/" + shop.slug + "/why");
    CHECK(*parse_instant(stuck.text("next_attempt")) > world.scheduler.now());
    world.settle(shop.id);
    CHECK(why(world, shop.slug) == "gone");
}

TEST_CASE("why tells what keeps the forge from showing how a preview stands (B17)")
{
    ApiWorld world;
    const auto shop = world.shop();
    const std::string path = "/api/v1/environments/" + shop.slug + "/why";
    CHECK(world.get(path).text("untold").empty());
    const auto fail = [&](Tx& tx) -> Result<> {
        feedback::ask(tx, shop.id, world.scheduler.now());
        const std::string problem = "the token may not write. Give it \"Pull requests: write\".";
        feedback::put_off(tx, shop.id, problem, world.scheduler.now() + minutes{5});
        return ok();
    };
    CHECK(world.scheduler.run(world.store->transact(fail)).has_value());
    CHECK(world.get(path).text("untold").find("Pull requests: write") != std::string::npos);
}

TEST_CASE("why tells when a scene that lost a part is put up again")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::wait_healthy) return std::nullopt;
        return Fault{
            .error = Error{Code::invalid, "it ended with exit code 1"}
        };
    });
    world.host.vanish(EntryType::container, world.serving(shop.id, "web")->name);
    world.wait_until([&] { return world.latest(shop.id).status == DeploymentStatus::failed; });
    world.scheduler.run_for(minutes{2});
    const auto stale = world.get("/api/v1/environments/" + shop.slug + "/why");
    CHECK(stale.text("reason").find("could not be put up again") != std::string::npos);
    const auto next = *parse_instant(stale.text("next_attempt"));
    CHECK(next > world.scheduler.now());
    const auto generation = world.find(shop.id).wanted.generation;
    world.scheduler.run_for(next - world.scheduler.now() - seconds{1});
    CHECK(world.find(shop.id).wanted.generation == generation);
    world.scheduler.run_for(minutes{1});
    CHECK(world.find(shop.id).wanted.generation == generation + 1);
}

TEST_CASE("why tells of a scene that never stood")
{
    ApiWorld world;
    world.push_compose('a', broken);
    const auto made = world.post("/api/v1/environments", ApiWorld::branch_body());
    const std::string slug = made.text("slug");
    world.settle(EnvironmentId::parse(made.text("id")).value());
    const auto failed = world.get("/api/v1/environments/" + slug + "/why");
    CHECK(failed.text("verdict") == "failed");
    CHECK(failed.text("reason").find("privileged") != std::string::npos);
}

TEST_CASE("why tells of a scene that is being put up, and of one that waits for its turn")
{
    ApiWorld world;
    const auto shop = world.shop();
    world.occupy();
    CHECK(why(world, "git-shop-branch-busy-0") == "working");
    const auto queued = world.post("/api/v1/environments", ApiWorld::branch_body("two"));
    CHECK(why(world, queued.text("slug")) == "waiting");
    world.post("/api/v1/environments", ApiWorld::branch_body());
    const auto updating = world.get("/api/v1/environments/" + shop.slug + "/why");
    CHECK(updating.text("verdict") == "waiting");
    CHECK(updating.text("reason").find("older one is serving") != std::string::npos);

    move(world, EnvironmentId::parse(queued.text("id")).value(), Event::held);
    CHECK(why(world, queued.text("slug")) == "held");
}

TEST_CASE("why tells of a scene that sleeps")
{
    ApiWorld world;
    const auto shop = world.shop();
    move(world, shop.id, Event::rested);
    CHECK(why(world, shop.slug) == "asleep");
    const auto asleep = world.get("/api/v1/environments/" + shop.slug);
    CHECK(asleep.body.find("services")->list()->front().find("status")->scalar_text() == "stopped");
}
