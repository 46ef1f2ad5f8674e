#pragma once

#include "daemon/config.hpp"
#include "docker/objects.hpp"
#include "driver/firewall.hpp"
#include "gateway/gateway.hpp"

namespace diorama {

// What rooms are told of the configuration, in their own words.

/// `invalid` for a place to listen that is no address.
Result<GatewaySettings> gateway_settings(const Config& config);

/// What the file leaves to the machine: most of its memory, and more cores than it has, since they
/// are seldom all wanted at once.
void fill_limits(LimitSettings& limits, const LimitsConfig& config, const docker::Info& host);

FirewallOptions firewall_options(const Config& config, InstallationId installation);

}  // namespace diorama
