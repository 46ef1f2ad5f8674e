#include "routing/routes.hpp"
#include "store/fixture.hpp"
#include "store/instances.hpp"

using namespace diorama;

namespace {

Instance
instance(const Environment& of, std::string service, std::string address, Generation generation)
{
    return {
        .environment = of.id,
        .service = std::move(service),
        .generation = generation,
        .address = std::move(address),
        .port = 8080,
    };
}

/// An environment of two services, the main one with a host and a path.
Routed shop()
{
    Routed routed;
    routed.environment.id.value.bytes[0] = 1;
    routed.environment.state = State::ready;
    routed.environment.serving = 3;
    const auto id = routed.environment.id;
    routed.claims = {
        {"shop-pr-7.localhost",     "/",           id, "web"},
        {"shop-pr-7-api.localhost", "/",           id, "api"},
        {"localhost",               "/shop/pr-7/", id, "web"},
    };
    routed.instances = {
        instance(routed.environment, "web", "10.0.0.2", 3),
        instance(routed.environment, "api", "10.0.0.3", 2),
        instance(routed.environment, "worker", "10.0.0.4", 3),
    };
    return routed;
}

}  // namespace

TEST_CASE("F03: each claimed address leads to its service")
{
    const auto routes = routes_for({shop()});
    REQUIRE(routes.size() == 3);
    CHECK(routes[0].host == "shop-pr-7.localhost");
    CHECK(routes[0].service == "web");
    CHECK(
        routes[0].upstreams ==
        std::vector{
            Upstream{.host = "10.0.0.2", .port = 8080}
    }
    );
    CHECK_FALSE(routes[0].strip);
    CHECK(
        routes[1].upstreams ==
        std::vector{
            Upstream{.host = "10.0.0.3", .port = 8080}
    }
    );
    // A container that a push left alone serves the newest generation, too.
    CHECK(routes[0].generation == 3);
    CHECK(routes[1].generation == 3);
}

TEST_CASE("who sleeps is sent nobody, whatever became of an update")
{
    Routed routed = shop();
    for (const Presence rung : {Presence::frozen, Presence::stopped, Presence::archived}) {
        routed.environment.presence = rung;
        for (const State state : {State::asleep, State::ready, State::updating}) {
            routed.environment.state = state;
            for (const Route& route : routes_for({routed})) {
                CHECK(route.upstreams.empty());
                CHECK(route.wakes);
            }
        }
    }
}

TEST_CASE("F02 F05: a path leads there with its prefix stripped")
{
    const auto routes = routes_for({shop()});
    CHECK(routes[2].path == "/shop/pr-7/");
    CHECK(routes[2].strip);
    CHECK(routes[2].upstreams == routes[0].upstreams);
}

TEST_CASE("B01: what is Diorama's own on its host is those paths, beside every scene")
{
    const Upstream door{.host = "127.0.0.1", .port = 4000};
    const auto routes = own_routes("localhost", {"/webhooks/github", "/webhook/github"}, door);
    REQUIRE(routes.size() == 2);
    for (const Route& route : routes) {
        CHECK(route.host == "localhost");
        CHECK_FALSE(route.path.ends_with('/'));
        CHECK(route.environment.empty());
        CHECK(route.upstreams == std::vector{door});
    }
}

TEST_CASE("a service of several containers is served by all of them")
{
    auto routed = shop();
    routed.instances.push_back(instance(routed.environment, "web", "10.0.0.9", 3));
    CHECK(routes_for({routed})[0].upstreams.size() == 2);
}

TEST_CASE("an address whose service does not run yet says what is happening")
{
    auto routed = shop();
    routed.environment.state = State::provisioning;
    routed.environment.serving = 0;
    routed.instances = {
        instance(routed.environment, "web", "", 1), {.service = "web", .address = "10.0.0.2"}
    };
    const auto routes = routes_for({routed});
    REQUIRE(routes.size() == 3);
    CHECK(routes[0].upstreams.empty());
    CHECK(routes[0].state == State::provisioning);
}

TEST_CASE("a service without an address of its own is not reachable")
{
    for (const Route& route : routes_for({shop()}))
        for (const Upstream& upstream : route.upstreams)
            CHECK(upstream.host != "10.0.0.4");
}

TEST_CASE("the table is made of what the store knows, and of each environment's own rows only")
{
    StoreFixture at;
    const auto project = at.project();
    std::vector<Environment> all;
    for (int i = 1; i <= 3; ++i)
        all.push_back(at.environment(project, i));
    const auto fill = [&](Tx& tx) -> Result<> {
        for (const Environment& each : all) {
            if (each.pull_request == 2) continue;
            const auto claimed =
                hosts::claim(tx, {each.slug + ".localhost", "/", each.id, "web"}, at.now());
            if (!claimed) return claimed;
            const auto address = fmt::format("10.0.0.{}", *each.pull_request);
            instances::replace(tx, each.id, {instance(each, "web", address, 1)});
        }
        return ok();
    };
    REQUIRE(at.write(fill).has_value());
    const auto facts = at.read([](Tx& tx) { return read_routed(tx); }).value();
    REQUIRE(facts.size() == 3);
    const auto routes = routes_for(facts);
    REQUIRE(routes.size() == 2);
    for (const Route& route : routes) {
        const auto number = route.environment == all[0].id ? 1 : 3;
        CHECK(route.host == fmt::format("shop-pr-{}.localhost", number));
        REQUIRE(route.upstreams.size() == 1);
        CHECK(route.upstreams[0].host == fmt::format("10.0.0.{}", number));
    }
}

TEST_CASE("a visit wakes what sleeps, whatever it does meanwhile, and not what is awake or goes")
{
    const auto wakes = [](State state, Presence presence) {
        Routed routed = shop();
        routed.environment.state = state;
        routed.environment.presence = presence;
        return routes_for({routed}).front().wakes;
    };
    for (const Presence presence : {Presence::frozen, Presence::stopped, Presence::archived}) {
        CHECK(wakes(State::asleep, presence));
        CHECK(wakes(State::updating, presence));
        CHECK(wakes(State::ready, presence));
        CHECK_FALSE(wakes(State::destroying, presence));
        CHECK_FALSE(wakes(State::failed, presence));
    }
    CHECK_FALSE(wakes(State::ready, Presence::awake));
    CHECK_FALSE(wakes(State::updating, Presence::awake));
    CHECK_FALSE(wakes(State::destroying, Presence::gone));
}
