#include "model/main_service.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Service listening(std::string name, std::uint16_t port, bool published)
{
    Service service{.name = std::move(name)};
    if (port != 0) service.ports = {port};
    service.published = published;
    return service;
}

Plan chosen(std::vector<Service> services, std::string asked = {})
{
    Plan plan;
    plan.services = std::move(services);
    plan.main_asked = std::move(asked);
    choose_main(plan);
    return plan;
}

std::vector<std::string> routed(const Plan& plan)
{
    std::vector<std::string> names;
    for (const Service& each : plan.services) {
        if (each.routed) names.push_back(each.name);
    }
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the main service is the one that x-diorama.main names")
{
    const auto plan = chosen({listening("a", 80, true), listening("b", 7777, false)}, "b");
    CHECK(plan.main == "b");
    CHECK(plan.main_chosen == "b is the main service: x-diorama.main says so.");
    CHECK(routed(plan) == Names{"a", "b"});
}

TEST_CASE("else it is the only one with ports, whatever the port")
{
    const auto plan = chosen(
        {listening("api", 3000, false), listening("web", 7777, true), listening("job", 0, false)}
    );
    CHECK(plan.main == "web");
    CHECK(
        plan.main_chosen ==
        "web is the main service: the only one with ports. Name another with x-diorama.main."
    );
    CHECK(routed(plan) == Names{"api", "web"});
}

TEST_CASE("a database with ports does not count")
{
    const auto plan = chosen({listening("db", 5432, true), listening("web", 7777, true)});
    CHECK(plan.main == "web");
    CHECK(routed(plan) == Names{"web"});
}

TEST_CASE("else it is the first in file order whose port is a web server's")
{
    const auto plan = chosen(
        {listening("q", 7777, true), listening("api", 8080, true), listening("web", 80, true)}
    );
    CHECK(plan.main == "api");
    CHECK(
        plan.main_chosen == "api is the main service: the first whose port (8080) is one that web "
                            "servers use. Name another with x-diorama.main."
    );
    CHECK(routed(plan) == Names{"api", "web"});
}

TEST_CASE("ports of databases and queues are never routed, even when asked for")
{
    for (const std::uint16_t port : {5432, 3306, 6379, 27017, 5672, 9092, 11211, 22, 25}) {
        const auto plan = chosen({listening("x", port, true)});
        CHECK(plan.main.empty());
        CHECK(routed(plan).empty());
        CHECK(routed(chosen({listening("x", port, true)}, "x")).empty());
    }
}

TEST_CASE("nothing to route is fine, and is said")
{
    const auto plan = chosen({listening("worker", 0, false)});
    CHECK(plan.main.empty());
    CHECK(plan.main_chosen.starts_with(
        "Nothing is routed: no service has a port that web servers use."
    ));
}

TEST_CASE("the choice is made again when an image's ports are known")
{
    auto plan = chosen({listening("web", 0, false)});
    plan.services.front().ports = {8000};
    choose_main(plan);
    CHECK(plan.main == "web");
    CHECK(routed(plan) == Names{"web"});
}

TEST_CASE("no port is both a web server's and a database's")
{
    for (int port = 1; port <= 65535; ++port) {
        const auto number = static_cast<std::uint16_t>(port);
        CHECK_FALSE((is_web_port(number) && is_private_port(number)));
    }
    for (const std::uint16_t port : {80, 443, 3000, 4200, 5000, 5173, 8000, 8080, 8888})
        CHECK(is_web_port(port));
}
