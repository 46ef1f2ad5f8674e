#include "main/settings.hpp"

#include "driver/owner.hpp"
#include "net/address.hpp"

namespace diorama {

Result<GatewaySettings> gateway_settings(const Config& config)
{
    GatewaySettings settings;
    settings.listen.clear();
    settings.threads = static_cast<unsigned>(config.gateway.threads);
    settings.trusted_proxies = config.gateway.trusted_proxies;
    settings.timeouts.wake = config.gateway.wake_hold;
    settings.timeouts.wake_page = config.gateway.wake_page;
    for (const std::string& text : config.gateway.listen) {
        const auto address = Address::parse(text);
        if (!address) return address.error().during("gateway.listen");
        settings.listen.push_back({.address = address->host, .port = address->port});
    }
    return settings;
}

void fill_limits(LimitSettings& limits, const LimitsConfig& config, const docker::Info& host)
{
    if (!config.total_memory) limits.most.memory = host.memory / 10 * 8;
    if (!config.total_cpus) limits.most.cpu_millis = host.cpus * 1000 * 4;
}

FirewallOptions firewall_options(const Config& config, InstallationId installation)
{
    return {
        .table = filter_table(installation),
        .bridges = bridge_mark(installation),
        .egress = config.network.egress,
        .allowed = config.network.allowed,
        .resolvers = machine_resolvers()
    };
}

}  // namespace diorama
