#include "model/main_service.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

constexpr std::string_view choose_another = "Name another with x-diorama.main.";

/// The service's port when it may be routed at all.
std::optional<std::uint16_t> routable_port(const Service& service)
{
    const auto port = service.port();
    return port && !is_private_port(*port) ? port : std::nullopt;
}

bool has_web_port(const Service& service)
{
    const auto port = routable_port(service);
    return port && is_web_port(*port);
}

/// The only service for which `holds` is true.
template <class Predicate>
const Service* only(const std::vector<Service>& services, Predicate holds)
{
    const auto first = std::ranges::find_if(services, holds);
    if (first == services.end()) return nullptr;
    const bool another = std::any_of(std::next(first), services.end(), holds);
    return another ? nullptr : &*first;
}

void take(Plan& plan, const Service& service, std::string_view why)
{
    plan.main = service.name;
    plan.main_chosen =
        fmt::format("{} is the main service: {}. {}", service.name, why, choose_another);
}

void take_asked(Plan& plan)
{
    const Service* asked = plan.find(plan.main_asked);
    if (!asked) return;
    plan.main = asked->name;
    plan.main_chosen = fmt::format("{} is the main service: x-diorama.main says so.", asked->name);
}

void choose(Plan& plan)
{
    if (!plan.main_asked.empty()) return take_asked(plan);

    const auto published = [](const Service& each) {
        return each.published && routable_port(each).has_value();
    };
    const auto listening = [](const Service& each) { return routable_port(each).has_value(); };

    if (const Service* one = only(plan.services, published))
        return take(plan, *one, "the only one with ports");
    const auto web = std::ranges::find_if(plan.services, has_web_port);
    if (web != plan.services.end())
        return take(
            plan,
            *web,
            fmt::format("the first whose port ({}) is one that web servers use", *web->port())
        );
    if (const Service* one = only(plan.services, listening))
        return take(plan, *one, "the only one that listens on a port");
    plan.main_chosen = "Nothing is routed: no service has a port that web servers use. Name the "
                       "main service with x-diorama.main.";
}

}  // namespace

bool is_web_port(std::uint16_t port)
{
    // Defaults of web servers and frameworks: Hugo, Ghost, Node, Phoenix, Angular, Astro, Flask,
    // Vite, Storybook, Gradio, Django, Tomcat, Streamlit, Jupyter.
    static constexpr std::array<std::uint16_t, 28> ports{
        80,   443,  1313, 2368, 3000, 3001, 3002, 3003, 3030, 4000, 4173, 4200, 4321, 5000,
        5001, 5173, 5174, 6006, 7860, 8000, 8001, 8080, 8081, 8082, 8088, 8090, 8501, 8888,
    };
    return std::ranges::binary_search(ports, port);
}

bool is_private_port(std::uint16_t port)
{
    // ssh, mail, DNS, LDAP, file shares; SQL Server, Oracle, ZooKeeper, etcd, MySQL, NATS,
    // PostgreSQL, AMQP, CouchDB, Redis, Neo4j, InfluxDB, Cassandra, Kafka, Elasticsearch,
    // memcached, CockroachDB, MongoDB, ActiveMQ.
    static constexpr std::array<std::uint16_t, 54> ports{
        21,   22,   23,   25,   53,   110,   111,   139,   143,   389,   445,   465,   587,  636,
        993,  995,  1025, 1433, 1521, 1883,  2049,  2181,  2379,  2380,  3306,  3307,  4222, 5432,
        5433, 5434, 5671, 5672, 5984, 6222,  6379,  6380,  6432,  7687,  8086,  8529,  8883, 9042,
        9092, 9093, 9094, 9200, 9300, 11211, 26257, 27017, 27018, 27019, 33060, 61616,
    };
    return std::ranges::binary_search(ports, port);
}

void choose_main(Plan& plan)
{
    plan.main.clear();
    plan.main_chosen.clear();
    choose(plan);
    for (Service& service : plan.services) {
        const auto port = service.port();
        const bool is_main = service.name == plan.main && !(port && is_private_port(*port));
        service.routed = is_main || has_web_port(service);
    }
}

}  // namespace diorama
