#pragma once

#include "daemon/config.hpp"
#include "driver/firewall.hpp"
#include "gateway/gateway.hpp"

namespace diorama {

// What rooms are told of the configuration, in their own words.

/// `invalid` for a place to listen that is no address.
Result<GatewaySettings> gateway_settings(const Config& config);

FirewallOptions firewall_options(const Config& config, InstallationId installation);

}  // namespace diorama
