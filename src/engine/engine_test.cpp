#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// A page without state, and a database that has some.
std::string shop(std::string_view page)
{
    return fmt::format(
        "services:\n"
        "  web:\n    image: {}\n    ports: ['8080']\n"
        "  db:\n    image: db:1\n    expose: ['5432']\n    volumes: ['data:/data']\n"
        "volumes:\n  data:\n",
        page
    );
}

constexpr std::string_view web_host = "corner-shop-branch-main.localhost";

}  // namespace

TEST_CASE("a commit becomes a scene that answers under its host (A01, A04, A09, F06)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    const auto ready = world.settle(id);

    CHECK(ready.state == State::ready);
    CHECK(ready.serving == 1);
    CHECK(ready.serving_commit == std::string(40, 'a'));
    CHECK(world.latest(id).status == DeploymentStatus::success);
    CHECK(world.instances(id).size() == 2);
    const auto upstreams = world.router.upstreams(web_host);
    REQUIRE(upstreams.size() == 1);
    CHECK(upstreams[0].port == 8080);
    CHECK(world.count(EntryType::network) == 1);
    CHECK(world.count(EntryType::volume) == 1);
    CHECK(world.inventory(id).size() == world.host.objects().size());
}

TEST_CASE("a push renews only what changed, beside the old version, which then goes (A12)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string db = world.serving(id, "db")->name;
    const std::string web = world.serving(id, "web")->name;

    world.push_compose('b', shop("web:2"));
    world.deploy();
    bool side_by_side = false;
    world.wait_until([&] {
        side_by_side = side_by_side || world.count(EntryType::container) == 3;
        CHECK(world.router.upstreams(web_host).size() == 1);
        return world.find(id).serving == 2;
    });
    world.settle(id);

    CHECK(side_by_side);
    CHECK(world.serving(id, "db")->name == db);
    CHECK(world.serving(id, "db")->container.starts == 1);
    CHECK(world.serving(id, "web")->name != web);
    CHECK(world.count(EntryType::container) == 2);
    CHECK(world.host.resolve(world.serving(id, "db")->name, "web").size() == 1);
}

TEST_CASE("a push that changes no container keeps them all, and still serves the new commit")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string web = world.serving(id, "web")->name;
    world.push_compose('b', shop("web:1"));
    world.deploy();
    const auto ready = world.settle(id);
    CHECK(ready.serving_commit == std::string(40, 'b'));
    CHECK(world.serving(id, "web")->name == web);
}

TEST_CASE("a failed update leaves the old version serving, says why, and leaves nothing else (A18)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const auto before = world.router.upstreams(web_host);

    world.host.behave("web:2", {.says = {"cannot read the configuration"}, .exits = 3});
    world.push_compose('b', shop("web:2"));
    world.deploy();
    const auto kept = world.settle(id);

    CHECK(kept.state == State::ready);
    CHECK(kept.serving_commit == std::string(40, 'a'));
    CHECK(kept.cause.find("web") != std::string::npos);
    CHECK(world.latest(id).status == DeploymentStatus::failed);
    CHECK(world.router.upstreams(web_host) == before);
    CHECK(world.count(EntryType::container) == 2);
}

TEST_CASE("a service with a volume is stopped, then started; on failure the old one starts again")
{
    TestWorld world;
    const auto with_db = [](std::string_view db) {
        return fmt::format(
            "services:\n  db:\n    image: {}\n    expose: ['5432']\n    volumes: "
            "['data:/data']\nvolumes:\n  data:\n",
            db
        );
    };
    world.push_compose('a', with_db("db:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const std::string old = world.serving(id, "db")->name;

    world.host.behave("db:2", {.exits = 1});
    world.push_compose('b', with_db("db:2"));
    world.deploy();
    world.wait_until([&] {
        int running = 0;
        for (const auto* object : world.host.objects())
            running += object->type == EntryType::container &&
                       object->container.running == Running::running;
        CHECK(running <= 1);
        return is_final(world.latest(id).status);
    });
    world.settle(id);
    REQUIRE(world.serving(id, "db") != nullptr);
    CHECK(world.serving(id, "db")->name == old);
    CHECK(world.serving(id, "db")->container.running == Running::running);
    CHECK(world.serving(id, "db")->container.starts == 2);
}

TEST_CASE("a failed first deployment leaves a cause and no containers")
{
    TestWorld world;
    world.host.behave("web:1", {.exits = 1});
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    const auto failed = world.settle(id);
    CHECK(failed.state == State::failed);
    CHECK_FALSE(failed.cause.empty());
    CHECK(world.count(EntryType::container) == 0);
    CHECK(world.router.upstreams(web_host).empty());
}

TEST_CASE(
    "who runs the daemon reads which deployment failed and why, without its secrets (G11, SEC-60)"
)
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    world.builder.fault =
        Error{Code::refused, "robot with sesame may not pull", "Ask for the right."};
    const auto id = world.deploy().id;
    const auto failed = world.settle(id);
    REQUIRE(world.operator_lines.size() == 1);
    const std::string& line = world.operator_lines.front();
    CAPTURE(line);
    CHECK(line.find("warn a deployment failed environment=" + failed.slug) != std::string::npos);
    CHECK(line.find(" generation=1 commit=" + std::string(40, 'a')) != std::string::npos);
    CHECK(line.find("code=refused why=\"") != std::string::npos);
    CHECK(line.find("may not pull. Ask for the right.") != std::string::npos);
    CHECK(line.find("sesame") == std::string::npos);
}

TEST_CASE("SEC-60 what a registry says of a password is no cause that people see")
{
    TestWorld world;
    world.builder.fault = Error{Code::invalid, "robot with sesame may not pull", "Log in."};
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    const auto failed = world.settle(id);
    CHECK(failed.cause.find("robot with [secret] may not pull") != std::string::npos);
    CHECK(world.latest(id).cause == failed.cause);
}

TEST_CASE(
    "a newer push cancels the running build, and nothing of the older is ever served (complaint 32)"
)
{
    TestWorld world;
    const auto built = [](std::string_view text) {
        return FakeCommits::Content{
            {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
            {"Dockerfile",   "FROM scratch\n"                                        },
            {"page",         std::string(text)                                       }
        };
    };
    world.builder.build_time = minutes{5};
    world.push('a', built("old"));
    const auto id = world.deploy().id;
    world.wait_until([&] { return !world.builder.built.empty(); });
    const auto pushed = world.scheduler.now();
    world.push('b', built("new"));
    world.deploy();
    world.wait_until([&] { return world.builder.cancelled == 1; });
    CHECK(world.scheduler.now() - pushed <= seconds{1});
    const auto ready = world.settle(id);
    CHECK(ready.serving_commit == std::string(40, 'b'));
    const auto page = world.query([=](Tx& tx) { return deployments::list(tx, id, "", 10); });
    REQUIRE(page->items.size() == 2);
    CHECK(page->items[1].status == DeploymentStatus::superseded);
}

TEST_CASE("an environment goes without a trace, and its images with it (A03, H09)")
{
    TestWorld world;
    world.push(
        'a',
        {
            {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    }
    );
    const auto id = world.deploy().id;
    world.settle(id);
    REQUIRE(world.builder.images.size() == 1);
    const auto& labels = world.builder.labels.at(*world.builder.images.begin());
    CHECK(labels.at("diorama.installation") == world.engine_settings.installation.text());
    world.destroy(id);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
    world.scheduler.run_for(seconds{5});
    CHECK(world.host.objects().empty());
    CHECK(world.inventory(id).empty());
    CHECK(world.router.table.routes.empty());
    CHECK(world.builder.images.empty());
}

TEST_CASE("SEC-71 an image that a crash left without a row goes, and those in use stay")
{
    TestWorld world;
    world.push(
        'a',
        {
            {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    }
    );
    const auto id = world.deploy().id;
    world.settle(id);
    const auto in_use = world.builder.images;
    const auto stray = [&world](std::string reference, std::string installation) {
        world.builder.images.insert(reference);
        world.builder.labels[reference] = {
            {"diorama.installation", std::move(installation)}
        };
    };
    stray("diorama/shop/web:cut-off", world.engine_settings.installation.text());
    stray("diorama/shop/web:of-others", "01000000-0000-0000-0000-000000000000");
    world.scheduler.run_for(minutes{3});
    CHECK_FALSE(world.builder.images.contains("diorama/shop/web:cut-off"));
    CHECK(world.builder.images.contains("diorama/shop/web:of-others"));
    CHECK(std::ranges::includes(world.builder.images, in_use));
}

TEST_CASE("what cannot be removed stays visible as owed, and is removed later (complaints 3, 9)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.driver->fail_next(
        Verb::remove,
        {
            .error = Error{Code::unavailable, "the engine does not answer"}
    }
    );
    world.destroy(id);
    world.scheduler.run_for(seconds{1});
    CHECK(world.find(id).state == State::destroying);
    const auto entries = world.inventory(id);
    CHECK(std::ranges::count(entries, EntryStatus::owed, &Entry::status) == 1);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
    CHECK(world.host.objects().empty());
}

TEST_CASE("a daemon that starts again goes on where the store says (H11)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.scheduler.run_for(milliseconds{60});
    world.stop();
    world.start();
    CHECK(world.settle(id).state == State::ready);
    CHECK(world.inventory(id).size() == world.host.objects().size());

    world.stop();
    world.router.table = {};
    world.start();
    world.scheduler.run_for(seconds{1});
    CHECK(world.router.upstreams(web_host).size() == 1);
}

TEST_CASE("a container removed behind our back comes back; a stranger's object is left alone (H07)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    world.host.place(EntryType::container, "somebody-elses");
    auto& orphan =
        world.host.place(EntryType::container, "orphan", world.serving(id, "web")->labels);
    const std::string orphans_name = orphan.name;
    world.host.vanish(EntryType::container, world.serving(id, "web")->name);

    world.scheduler.run_for(minutes{3});
    REQUIRE(world.serving(id, "web") != nullptr);
    CHECK(world.serving(id, "web")->container.running == Running::running);
    CHECK(world.host.find(EntryType::container, orphans_name) == nullptr);
    CHECK(world.host.find(EntryType::container, "somebody-elses") != nullptr);
}

TEST_CASE("an engine that does not answer destroys nothing")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const auto before = world.host.objects().size();
    world.driver->faults([](Verb, const std::string&) -> std::optional<Fault> {
        return Fault{
            .error = Error{Code::unavailable, "no answer"}
        };
    });
    world.commits.fault = Error{Code::unavailable, "no answer"};
    world.scheduler.run_for(minutes{30});
    CHECK(world.host.objects().size() == before);
    CHECK(world.find(id).state == State::ready);
}

TEST_CASE("a transient fault of the engine is tried again and nobody notices (A19)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    world.driver->fail_next(
        Verb::apply,
        {
            .error = Error{Code::unavailable, "reset"},
              .after = true
    }
    );
    world.driver->fail_next(
        Verb::apply,
        {
            .error = Error{Code::unavailable, "reset"}
    }
    );
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::ready);
    CHECK(world.inventory(id).size() == world.host.objects().size());
}

TEST_CASE("a build that was let down by the engine is tried again and nobody notices (A19)")
{
    TestWorld world;
    world.push(
        'a',
        {
            {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    }
    );
    world.builder.fault = Error{Code::unavailable, "a cached layer was removed meanwhile", ""};
    const auto id = world.deploy().id;
    world.wait_until([&] { return world.builder.built.size() == 1; });
    world.scheduler.run_for(world.builder.build_time + milliseconds{500});
    world.builder.fault.reset();
    CHECK(world.settle(id).state == State::ready);
    CHECK(world.builder.built.size() == 2);
}

TEST_CASE("services start in the order of depends_on, jobs must end well")
{
    TestWorld world;
    world.host.behave("migrate:1", {.says = {"done"}, .exits = 0, .exits_after = seconds{2}});
    world.push_compose(
        'a',
        "services:\n"
        "  web:\n    image: web:1\n    ports: ['8080']\n"
        "    depends_on: {migrate: {condition: service_completed_successfully}}\n"
        "  migrate:\n    image: migrate:1\n    depends_on: {db: {condition: service_healthy}}\n"
        "  db:\n    image: db:1\n    expose: ['5432']\n"
    );
    const auto id = world.deploy().id;
    CHECK(world.settle(id).state == State::ready);
    std::vector<std::string> started;
    for (const auto& call : world.driver->calls) {
        if (call.verb == Verb::apply && call.name.starts_with("branch-main-"))
            started.push_back(call.name);
    }
    REQUIRE(started.size() == 3);
    CHECK(started[0].find("-db-") != std::string::npos);
    CHECK(started[1].find("-migrate-") != std::string::npos);
    CHECK(started[2].find("-web-") != std::string::npos);

    world.host.behave("migrate:2", {.exits = 4});
    world.push_compose(
        'b',
        "services:\n  web:\n    image: web:2\n    ports: ['8080']\n"
        "    depends_on: {migrate: {condition: service_completed_successfully}}\n"
        "  migrate:\n    image: migrate:2\n"
    );
    world.deploy();
    const auto kept = world.settle(id);
    CHECK(kept.cause.find("exit code 4") != std::string::npos);
}

TEST_CASE("whoever lacks the right puts nothing up, and a destroyed environment comes back when "
          "asked (A17)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    world.start();
    Caller viewer = world.admin();
    viewer.grants.list[0].role = Role::viewer;
    const auto refused =
        world.scheduler.run(world.engine().commands().deploy(viewer, world.request()));
    CHECK(refused.error().code == Code::forbidden);

    const auto id = world.deploy().id;
    world.settle(id);
    CHECK(
        world.scheduler.run(world.engine().commands().destroy(viewer, id)).error().code ==
        Code::forbidden
    );
    world.destroy(id);
    world.wait_until([&] { return world.find(id).state == State::destroyed; });
    CHECK(world.deploy().id == id);
    CHECK(world.settle(id).state == State::ready);
}

TEST_CASE("containers are told where they are, and those facts alone restart nothing (K13)")
{
    TestWorld world;
    world.push_compose('a', shop("web:1"));
    const auto id = world.deploy().id;
    world.settle(id);
    const auto environment = world.serving(id, "web")->container.intent.service.environment;
    CHECK(environment.at("DIORAMA_COMMIT") == std::string(40, 'a'));
    CHECK(environment.at("DIORAMA_URL") == "http://corner-shop-branch-main.localhost:8080/");
    CHECK(environment.at("BRANCH") == "main");
}
