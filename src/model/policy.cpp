#include "model/policy.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace diorama {

namespace {

/// Brings one limit within the policy; true when it had to be lowered.
template <class T>
bool limit(T& value, T fallback, T most)
{
    if (value == T{}) value = std::min(fallback, most);
    // Below zero means "no limit" to the engine.
    if (value > T{} && value <= most) return false;
    value = most;
    return true;
}

void clamp_limits(Plan& plan, Service& service, const Policy& policy)
{
    const auto say = [&](bool lowered, std::string text) {
        if (lowered) plan.notes.push_back({{}, service.name + ": " + std::move(text)});
    };
    Limits& limits = service.limits;
    const Limits& most = policy.most;
    say(limit(limits.memory, policy.defaults.memory, most.memory),
        fmt::format("memory lowered to {} MiB, the most that is allowed", most.memory >> 20));
    say(limit(limits.cpus, policy.defaults.cpus, most.cpus),
        fmt::format("cpus lowered to {}, the most that is allowed", most.cpus));
    say(limit(limits.pids, policy.defaults.pids, most.pids),
        fmt::format("pids lowered to {}, the most that is allowed", most.pids));
    say(limit(service.shm_size, policy.shm_default, policy.shm_most),
        fmt::format("shm_size lowered to {} MiB, the most that is allowed", policy.shm_most >> 20));
    for (Mount& mount : service.mounts) {
        auto* tmpfs = std::get_if<TmpfsMount>(&mount);
        if (!tmpfs) continue;
        say(limit(tmpfs->size, policy.tmpfs_default, policy.tmpfs_most),
            fmt::format("tmpfs at {} lowered to {} MiB", tmpfs->target, policy.tmpfs_most >> 20));
    }
}

}  // namespace

std::set<std::string, std::less<>> Policy::default_capabilities()
{
    return {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "IPC_LOCK",
        "KILL",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    };
}

std::set<std::string, std::less<>> Policy::default_sysctls()
{
    return {
        "net.core.somaxconn",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_tw_reuse",
        "net.ipv6.conf.all.disable_ipv6",
    };
}

void clamp(Plan& plan, const Policy& policy)
{
    for (Service& service : plan.services)
        clamp_limits(plan, service, policy);
}

Policy for_strangers(Policy policy)
{
    policy.services = std::min<std::size_t>(policy.services, 10);
    policy.containers = std::min<std::uint32_t>(policy.containers, 10);
    policy.volumes = std::min<std::size_t>(policy.volumes, 8);
    policy.networks = std::min<std::size_t>(policy.networks, 4);
    policy.most = policy.defaults;
    constexpr std::uint64_t disk = 1ULL << 30;
    policy.disk = policy.disk == 0 ? disk : std::min(policy.disk, disk);
    policy.shm_most = std::min(policy.shm_most, policy.shm_default);
    policy.tmpfs_most = std::min(policy.tmpfs_most, policy.tmpfs_default);
    policy.capabilities = Policy::default_capabilities();
    policy.sysctls = Policy::default_sysctls();
    return policy;
}

}  // namespace diorama
