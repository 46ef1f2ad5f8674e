#pragma once

#include "base/error.hpp"
#include "base/scheduler.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What scenes may reach beyond their own network.
struct FirewallOptions {
    std::string table;                   ///< `filter_table` of the installation.
    std::string bridges;                 ///< What the names of its bridges begin with.
    bool egress = true;                  ///< The public internet.
    std::vector<std::string> allowed;    ///< Private ranges (CIDR) that are open all the same.
    std::vector<std::string> resolvers;  ///< DNS servers, asked on port 53 wherever they are.
};

/// One rule of the table.
struct FirewallRule {
    std::string chain;
    std::string match;    ///< As nft writes it.
    std::string verdict;  ///< accept, drop, or jump and a chain.
    std::string why;      ///< Its comment, by which it is found again.
};

/// All rules, in order. The same however many scenes there are: they know bridges by the prefix of
/// their names and tell neighbours from strangers by the route. `invalid` when an option could not
/// stand in a ruleset.
Result<std::vector<FirewallRule>> firewall_rules(const FirewallOptions& options);

/// The text that `nft -f` takes: replaces the table, whatever it held, in one transaction.
Result<std::string> firewall_ruleset(const FirewallOptions& options);

/// The IPv4 addresses of the `nameserver` lines of a resolv.conf, less those of the machine's own
/// loopback, which the Engine asks by itself. An Engine sends a container's other questions from
/// the container's own network, so the filter has to let them through.
std::vector<std::string> resolvers(std::string_view resolv_conf);

/// Those of this machine. Where /etc/resolv.conf names only systemd-resolved's own address, the
/// servers behind it, as the Engine does.
std::vector<std::string> machine_resolvers();

/// The packet filter around all scenes of an installation (SEC-40): one nftables table beside those
/// of the Engine and of other installations, looked at before the Engine's. A packet that one of
/// them drops is dropped.
///
/// Needs CAP_NET_ADMIN and the program `nft`. docs/security/network.md explains each rule.
/// Errors: `forbidden` without the privilege, `invalid` without the program, `conflict` when the
/// kernel does not hold what was asked for.
class Firewall {
public:
    Firewall(Scheduler& scheduler, FirewallOptions options)
        : scheduler_(scheduler),
          options_(std::move(options))
    {}

    /// Puts the table there, replacing an older one, and reads it back. Established connections
    /// go on.
    Task<Result<>> apply(std::stop_token stop = {});
    /// Whether the kernel holds the table as it was asked for.
    Task<Result<>> check(std::stop_token stop = {});
    /// Takes the table away; none being there is fine. Scenes are then only held by the Engine.
    Task<Result<>> remove(std::stop_token stop = {});

private:
    Scheduler& scheduler_;
    FirewallOptions options_;
};

}  // namespace diorama
