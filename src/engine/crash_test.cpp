#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

std::string shop(std::string_view version)
{
    return fmt::format(
        "services:\n"
        "  web:\n    image: web:{0}\n    ports: ['8080']\n"
        "    depends_on: {{migrate: {{condition: service_completed_successfully}}}}\n"
        "  migrate:\n    image: migrate:{0}\n    depends_on: [db]\n"
        "  db:\n    image: db:{0}\n    expose: ['5432']\n    volumes: ['data:/data']\n"
        "volumes:\n  data:\n",
        version
    );
}

struct CrashWorld : TestWorld {
    CrashWorld()
    {
        host.behave("migrate:1", {.exits = 0});
        host.behave("migrate:2", {.exits = 0});
        driver->latency(milliseconds{4});
    }

    /// The daemon dies at the `step`-th call of the driver from now: nothing it does after it
    /// reaches the engine. True when it came that far.
    bool dies_at(std::size_t step)
    {
        const auto last = driver->calls.size() + step;
        for (int i = 0; i < 4000 && driver->calls.size() < last; ++i)
            scheduler.run_for(milliseconds{1});
        const bool came = driver->calls.size() >= last;
        driver->faults([](Verb, const std::string&) -> std::optional<Fault> {
            return Fault{
                .error = Error{Code::invalid, "the daemon is dead"}
            };
        });
        stop();
        driver->faults({});
        return came;
    }

    void check_clean(EnvironmentId id, std::string_view version)
    {
        start();
        const auto settled = settle(id);
        scheduler.run_for(minutes{3});
        CHECK(settled.state == State::ready);
        CHECK(count(EntryType::container) == 3);
        CHECK(inventory(id).size() == host.objects().size());
        for (const std::string service : {"web", "migrate", "db"}) {
            REQUIRE(serving(id, service) != nullptr);
            CHECK(
                serving(id, service)->container.intent.image ==
                fmt::format("{}:{}", service, version)
            );
        }
        CHECK(serving(id, "web")->container.running == Running::running);
        CHECK(serving(id, "db")->container.running == Running::running);
        CHECK(router.upstreams("corner-shop-branch-main.localhost").size() == 1);
        CHECK(host.resolve(serving(id, "db")->name, "web").size() == 1);
    }
};

constexpr std::size_t most_steps = 200;

}  // namespace

TEST_CASE("a daemon killed at any step of a first deployment brings it to its end (H11)")
{
    bool more = true;
    for (std::size_t step = 1; more; ++step) {
        CAPTURE(step);
        REQUIRE(step < most_steps);
        CrashWorld world;
        world.push_compose('a', shop("1"));
        const auto id = world.deploy().id;
        more = world.dies_at(step);
        world.check_clean(id, "1");
    }
}

TEST_CASE("a daemon killed at any step of an update brings it to its end (H11)")
{
    bool more = true;
    for (std::size_t step = 1; more; ++step) {
        CAPTURE(step);
        REQUIRE(step < most_steps);
        CrashWorld world;
        world.push_compose('a', shop("1"));
        const auto id = world.deploy().id;
        world.settle(id);
        world.push_compose('b', shop("2"));
        world.deploy();
        more = world.dies_at(step);
        world.check_clean(id, "2");
    }
}

TEST_CASE("a daemon killed at any step of an update that fails leaves the old version serving (H11)"
)
{
    bool more = true;
    for (std::size_t step = 1; more; ++step) {
        CAPTURE(step);
        REQUIRE(step < most_steps);
        CrashWorld world;
        world.host.behave("db:2", {.exits = 1});
        world.push_compose('a', shop("1"));
        const auto id = world.deploy().id;
        world.settle(id);
        world.push_compose('b', shop("2"));
        world.deploy();
        more = world.dies_at(step);
        world.start();
        CHECK(world.settle(id).state == State::ready);  // Long before the resync looks.
        CHECK(world.latest(id).status == DeploymentStatus::failed);
        for (const std::string service : {"web", "db"}) {
            REQUIRE(world.serving(id, service) != nullptr);
            CHECK(world.serving(id, service)->container.intent.image == service + ":1");
            CHECK(world.serving(id, service)->container.running == Running::running);
        }
        CHECK(world.serving(id, "migrate")->container.starts == 1);
    }
}

TEST_CASE("a daemon killed at any step of taking down leaves nothing in the end (H11)")
{
    bool more = true;
    for (std::size_t step = 1; more; ++step) {
        CAPTURE(step);
        REQUIRE(step < most_steps);
        CrashWorld world;
        world.push_compose('a', shop("1"));
        const auto id = world.deploy().id;
        world.settle(id);
        world.destroy(id);
        more = world.dies_at(step);
        world.start();
        world.wait_until([&] { return world.find(id).state == State::destroyed; });
        CHECK(world.host.objects().empty());
        CHECK(world.inventory(id).empty());
    }
}
