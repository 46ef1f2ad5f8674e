#include "driver/docker_network.hpp"

#include "driver/container_config.hpp"
#include "driver/docker.hpp"
#include "driver/docker_answers.hpp"
#include "driver/machine.hpp"
#include "driver/owner.hpp"

namespace diorama {

namespace {

constexpr const char* build_label = "diorama.build";

/// How many subnets are tried before somebody has to look.
constexpr std::size_t most_tries = 16;

}  // namespace

docker::NetworkConfig network_config(const NetworkIntent& intent, std::string_view bridges)
{
    return {
        .name = intent.name,
        .subnet = intent.subnet,
        .internal = intent.internal,
        .labels = intent.labels,
        .options =
            {{"com.docker.network.bridge.name", bridge_name(bridges, intent.name)},
                      {"com.docker.network.bridge.enable_icc", "true"}}
    };
}

Task<Result<std::vector<Subnet>>> DockerDriver::routes()
{
    std::vector<Subnet> found;
    for (const std::string& text : host_routes(options_.bridges)) {
        if (const auto route = Subnet::parse(text)) found.push_back(*route);
    }
    co_return found;
}

NetworkIntent DockerDriver::build_intent() const
{
    const std::string installation = options_.installation.text();
    return {
        .name = "diorama-build-" + mark(options_.installation),
        .labels = {{build_label, installation}}
    };
}

Task<Result<bool>> DockerDriver::has_build_network()
{
    const NetworkIntent intent = build_intent();
    const auto existing = co_await engine_.inspect_network(intent.name);
    if (!existing && existing.error().code == Code::not_found) co_return false;
    if (!existing) co_return existing.error();
    if (label::value(existing->labels, build_label) == options_.installation.text()) co_return true;
    co_return not_ours(EntryType::network, intent.name);
}

Task<Result<std::string>> DockerDriver::build_network(Subnet range)
{
    const auto turn = co_await build_turn_.acquire({});
    NetworkIntent intent = build_intent();
    const auto existing = co_await has_build_network();
    if (!existing) co_return existing.error();
    if (*existing) co_return intent.name;

    const auto routes = co_await this->routes();
    if (!routes) co_return routes.error();
    std::vector<Subnet> taken;
    for (std::size_t tries = 1;; ++tries) {
        const auto subnet = free_subnet(range, scene_prefix, taken, *routes);
        if (!subnet) co_return subnet.error();
        intent.subnet = subnet->text();
        docker::NetworkConfig config = network_config(intent, options_.bridges);
        config.options["com.docker.network.bridge.enable_icc"] = "false";
        const auto created = co_await engine_.create_network(config);
        if (created) co_return intent.name;
        if (created.error().code != Code::conflict || tries == most_tries)
            co_return created.error();
        taken.push_back(*subnet);
    }
}

Task<Result<>> DockerDriver::remove_build_network()
{
    const auto turn = co_await build_turn_.acquire({});
    const auto existing = co_await has_build_network();
    if (!existing) co_return existing.error();
    if (!*existing) co_return ok();
    const auto removed = co_await engine_.remove_network(build_intent().name);
    co_return when_unused(removed);
}

}  // namespace diorama
