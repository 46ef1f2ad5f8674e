#include "cli/demo/engine.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <set>

namespace diorama::cli {

namespace {

/// The second number of the ranges that are tried, 10.64 to 10.255: low ones are often offices'.
constexpr int lowest = 64;
constexpr int highest = 255;

std::string plural(std::size_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string text_at(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    return found && found->string() ? *found->string() : "";
}

std::size_t count(const Node* node)
{
    return node && node->list() ? node->list()->size() : 0;
}

std::string filters_of(Node::List labels)
{
    const Node filter = Node::Map{
        {"label", std::move(labels)}
    };
    return "filters=" + percent_encode(write_json(filter));
}

/// "10.213." of every network that is somewhere in 10.0.0.0/8.
std::set<std::string> taken_ranges(const Node& networks)
{
    std::set<std::string> taken;
    if (!networks.list()) return taken;
    for (const Node& network : *networks.list()) {
        const Node* ipam = network.find("IPAM");
        const Node* configs = ipam ? ipam->find("Config") : nullptr;
        if (!configs || !configs->list()) continue;
        for (const Node& config : *configs->list()) {
            const std::string subnet = text_at(config, "Subnet");
            const auto dot = subnet.find('.', 3);
            if (subnet.starts_with("10.") && dot != std::string::npos)
                taken.insert(subnet.substr(0, dot + 1));
        }
    }
    return taken;
}

}  // namespace

std::string DemoEngine::Objects::text() const
{
    return fmt::format(
        "{}, {}, {}, {}",
        plural(container_count, "container"),
        plural(networks, "network"),
        plural(volumes, "volume"),
        plural(images, "image")
    );
}

Task<Result<DemoEngine::Objects>>
DemoEngine::objects(std::string installation, std::string environment)
{
    const std::string label = "diorama.installation=" + installation;
    const std::string filters = filters_of(
        environment.empty() ? Node::List{label}
                            : Node::List{label, "diorama.environment=" + environment}
    );
    const auto containers = co_await get("/containers/json?all=1&" + filters);
    if (!containers) co_return containers.error();
    const auto networks = co_await get("/networks?" + filters);
    if (!networks) co_return networks.error();
    const auto volumes = co_await get("/volumes?" + filters);
    if (!volumes) co_return volumes.error();
    const auto images = co_await get("/images/json?" + filters_of({label}));
    if (!images) co_return images.error();

    Objects found{
        .container_count = count(&*containers),
        .networks = count(&*networks),
        .volumes = count(volumes->find("Volumes")),
        .images = count(&*images)
    };
    if (!containers->list()) co_return found;
    for (const Node& container : *containers->list()) {
        const Node* labels = container.find("Labels");
        if (labels)
            found.containers[text_at(*labels, "diorama.service")] = text_at(container, "Id");
    }
    co_return found;
}

Task<Result<std::string>> DemoEngine::free_range(int first)
{
    const auto networks = co_await get("/networks");
    if (!networks) co_return networks.error();
    const auto taken = taken_ranges(*networks);
    constexpr int size = highest - lowest + 1;
    for (int i = 0; i < size; ++i) {
        const std::string start = fmt::format("10.{}.", lowest + (first - lowest + i) % size);
        if (!taken.contains(start)) co_return start + "0.0/16";
    }
    co_return Error{
        Code::too_many,
        "the Docker Engine's networks take every range in 10.0.0.0/8",
        "Remove networks that nothing uses: docker network prune"
    };
}

Task<Result<Node>> DemoEngine::get(std::string target)
{
    Request request{.target = std::move(target)};
    const auto answer = co_await client_.send(std::move(request));
    if (!answer) {
        co_return Error{
            answer.error().code,
            "the Docker Engine does not answer: " + answer.error().message,
            "Start it, or name its socket with DIORAMA_DOCKER_HOST."
        };
    }
    if (answer->status == 200) co_return parse_json(answer->body);
    co_return Error{
        Code::unavailable,
        fmt::format("the Docker Engine answers {}: {}", answer->status, answer->body),
        ""
    };
}

}  // namespace diorama::cli
