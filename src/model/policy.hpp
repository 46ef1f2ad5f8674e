#pragma once

#include "model/plan.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What an installation lets a commit ask for. Data: the configuration overrides these defaults.
struct Policy {
    std::size_t services = 20;
    std::uint32_t containers = 20;  ///< Replicas of all services together; a /26 has room for them.
    std::size_t volumes = 32;
    std::size_t networks = 8;
    std::size_t mounts = 32;                         ///< Of a service.
    std::size_t ports = 32;                          ///< Of a service.
    std::size_t environment = 1000;                  ///< Variables of a service.
    std::uint64_t environment_bytes = 256ULL << 10;  ///< Names and values of a service together.
    std::size_t labels = 64;                         ///< Of each object.
    std::uint64_t inline_bytes = 512ULL << 10;       ///< Of inline configs and Dockerfiles, each.
    Limits defaults{.memory = 512ULL << 20, .cpus = 0.5, .pids = 512};
    Limits most{.memory = 2ULL << 30, .cpus = 2, .pids = 4096};
    std::uint64_t shm_default = 64ULL << 20, shm_most = 1ULL << 30;
    std::uint64_t disk = 5ULL << 30;  ///< What a scene may write, its volumes too; 0: no limit.
    std::uint64_t tmpfs_default = 64ULL << 20, tmpfs_most = 512ULL << 20;
    std::set<std::string, std::less<>> capabilities = default_capabilities();
    std::set<std::string, std::less<>> sysctls = default_sysctls();
    bool require_non_root = false;  ///< `user: root` is refused.

    /// Docker's own default less what reaches the network or devices (NET_RAW, MKNOD), and
    /// IPC_LOCK.
    static std::set<std::string, std::less<>> default_capabilities();
    /// Settings of the container's own network namespace that servers ask for.
    static std::set<std::string, std::less<>> default_sysctls();
};

/// What is left of it for a stranger's commit that somebody approved (DESIGN rule 11): no more than
/// the usual share of the machine, and nothing this installation allows beyond the defaults.
Policy for_strangers(Policy policy);

/// A thing the policy says no to.
struct Refusal {
    std::vector<std::string> path;  ///< Where in the manifest: {"services", "web", "cap_add"}.
    std::string what;
    std::string mend;
    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Judges the final plan: everything a driver would make stands in it, so nothing that bypassed a
/// reader gets through. Empty when all is well. What a plan cannot express (host namespaces,
/// devices, host paths, privileges) needs no rule here.
std::vector<Refusal> judge(const Plan& plan, const Policy& policy);

/// Fills in defaults where the plan asks for nothing and lowers what is above the maximum, with a
/// note for each that was lowered.
void clamp(Plan& plan, const Policy& policy);

}  // namespace diorama
