#include "engine/addresses.hpp"
#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Plan plan(std::string main, const std::vector<std::string>& routed)
{
    Plan made{.main = std::move(main)};
    for (const std::string& name : routed)
        made.services.push_back({.name = name, .routed = true});
    return made;
}

/// Two deployed environments whose addresses are looked at directly.
struct Street {
    Street()
    {
        world.push_compose('a', "services:\n  web:\n    image: web:1\n    ports: ['8080']\n");
        id = world.deploy().id;
        world.settle(id);
        world.stop();
    }
    Addresses reserve(Plan wanted)
    {
        const Environment environment = world.find(id);
        const Project project{.slug = "corner-shop"};
        const auto work = [&](Tx& tx) {
            return reserve_addresses(
                tx, world.engine_settings, project, environment, wanted, Instant{}
            );
        };
        return *world.scheduler.run(world.store->transact(work));
    }
    void move(const Addresses& addresses)
    {
        const auto work = [&](Tx& tx) {
            return move_addresses(tx, id, addresses.claims, Instant{});
        };
        REQUIRE(world.scheduler.run(world.store->transact(work)).has_value());
    }
    std::map<std::string, std::string> hosts()
    {
        std::map<std::string, std::string> all;
        const auto claims = world.query([this](Tx& tx) -> Result<std::vector<hosts::Claim>> {
            return hosts::of_environment(tx, id);
        });
        for (const hosts::Claim& claim : *claims)
            all[claim.service] = claim.host;
        return all;
    }

    TestWorld world;
    EnvironmentId id;
};

}  // namespace

TEST_CASE("reserving touches nothing that serves; moving hands over and gives back")
{
    Street street;
    const auto before = street.hosts();
    const std::string main_host = before.at("web");
    const auto chosen = street.reserve(plan("app", {"app"}));
    CHECK(chosen.shown.at("app").host == main_host);
    CHECK(street.hosts() == before);
    street.move(chosen);
    CHECK(
        street.hosts() ==
        std::map<std::string, std::string>{
            {"app", main_host}
    }
    );
}

TEST_CASE("two services that change places as the main one change addresses too")
{
    Street street;
    street.move(street.reserve(plan("web", {"web", "app"})));
    const auto before = street.hosts();
    street.move(street.reserve(plan("app", {"web", "app"})));
    const auto after = street.hosts();
    CHECK(after.at("app") == before.at("web"));
    CHECK(after.at("web") != before.at("web"));
    CHECK(after.size() == 2);
}

TEST_CASE("services whose names look alike get different addresses and keep them")
{
    Street street;
    street.move(street.reserve(plan("web", {"web", "a-b"})));
    const auto before = street.hosts();
    street.move(street.reserve(plan("web", {"a_b", "web", "a-b"})));
    const auto after = street.hosts();
    CHECK(after.at("a-b") == before.at("a-b"));
    CHECK(after.at("a_b") != after.at("a-b"));
}
