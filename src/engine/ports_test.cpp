#include "engine/facts.hpp"
#include "engine/test_world.hpp"
#include "store/ports.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr auto compose = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// A world with ports for two.
struct Harbour {
    Harbour()
    {
        world.engine_settings.ports = PortPool{
            .app = {8000, 8001},
              .database = {9000, 9001}
        };
        world.push_compose('a', compose);
        world.start();
    }
    Environment deploy(std::string name)
    {
        DeployRequest request = world.request();
        request.kind = Kind::named;
        request.key = std::move(name);
        request.ref = "refs/heads/main";
        auto& commands = world.engine().commands();
        return *world.scheduler.run(commands.deploy(world.admin(), request));
    }
    EnvironmentFacts facts(EnvironmentId id)
    {
        const Environment environment = world.find(id);
        return *world.query([&](Tx& tx) { return facts_of(tx, world.engine_settings, environment); }
        );
    }
    std::optional<Ports> ports(EnvironmentId id)
    {
        return *world.query([=](Tx& tx) -> Result<std::optional<Ports>> {
            return ports::of_environment(tx, id);
        });
    }

    TestWorld world;
};

}  // namespace

TEST_CASE("ports come with the wish, stay over updates and sleep, and go with the scene (E10, H10)")
{
    Harbour harbour;
    const auto id = harbour.deploy("one").id;
    CHECK(harbour.ports(id) == Ports{8000, 9000});  // Before any worker has seen it.
    harbour.world.settle(id);
    harbour.world.redeploy(id);
    harbour.world.settle(id);
    CHECK(harbour.ports(id) == Ports{8000, 9000});

    auto& commands = harbour.world.engine().commands();
    const auto admin = harbour.world.admin();
    const auto slept = harbour.world.scheduler.run(commands.sleep(admin, id, Presence::archived));
    REQUIRE(slept.has_value());
    harbour.world.wait_until([&] { return harbour.world.find(id).state == State::asleep; });
    CHECK(harbour.ports(id) == Ports{8000, 9000});

    harbour.world.destroy(id);
    harbour.world.settle(id);
    CHECK(!harbour.ports(id));
    CHECK(harbour.facts(id).no_ports.empty());
}

TEST_CASE("what could not be removed keeps its ports until it is (H10)")
{
    Harbour harbour;
    const auto first = harbour.deploy("one").id;
    harbour.world.settle(first);
    harbour.world.driver->faults([](Verb verb, const std::string&) -> std::optional<Fault> {
        if (verb != Verb::remove) return std::nullopt;
        return Fault{
            .error = Error{Code::unavailable, "the Engine is away"}
        };
    });
    harbour.world.destroy(first);
    harbour.world.scheduler.run_for(minutes{1});
    CHECK(harbour.ports(first) == Ports{8000, 9000});
    CHECK(harbour.ports(harbour.deploy("two").id) == Ports{8001, 9001});

    harbour.world.driver->faults({});
    harbour.world.settle(first);
    CHECK(harbour.ports(harbour.deploy("three").id) == Ports{8000, 9000});
}

TEST_CASE("without a free port a scene is put up all the same, and says what to do (E10)")
{
    Harbour harbour;
    for (const std::string name : {"one", "two"})
        CHECK(harbour.facts(harbour.deploy(name).id).no_ports.empty());
    const auto third = harbour.deploy("three").id;
    CHECK(harbour.world.settle(third).state == State::ready);
    CHECK(!harbour.ports(third));
    CHECK(harbour.facts(third).no_ports.find("no port from 8000 to 8001 is free") == 0);

    const auto first = harbour.world.query([](Tx& tx) -> Result<EnvironmentId> {
        return ports::list_all(tx).front().environment;
    });
    harbour.world.destroy(*first);
    harbour.world.settle(*first);
    CHECK(harbour.facts(third).no_ports.find("diorama redeploy") != std::string::npos);
    harbour.world.redeploy(third);
    CHECK(harbour.ports(third) == Ports{8000, 9000});
    CHECK(harbour.facts(third).no_ports.empty());
}

TEST_CASE("nobody is given ports unless somebody asked for them (E10)")
{
    Harbour harbour;
    harbour.world.engine_settings.ports.reset();
    const auto id = harbour.deploy("one").id;
    harbour.world.settle(id);
    CHECK(!harbour.facts(id).ports);
    CHECK(harbour.facts(id).no_ports.empty());
}
