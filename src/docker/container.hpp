#pragma once

#include "base/clock.hpp"
#include "docker/container_config.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diorama::docker {

enum class Status { created, running, paused, restarting, removing, exited, dead };
enum class Health { none, starting, healthy, unhealthy };

struct HealthProbe {
    std::int64_t exit_code = 0;
    std::string output;
};

struct ContainerState {
    Status status = Status::created;
    std::int64_t exit_code = 0;
    bool oom_killed = false;
    std::string error;  ///< Why it could not be started.
    std::optional<Instant> started_at;
    std::optional<Instant> finished_at;
    Health health = Health::none;
    std::vector<HealthProbe> probes;  ///< The last few, oldest first.
};

struct ContainerNetwork {
    std::string id;
    std::string address;  ///< IPv4, empty while it does not run.
    std::string address_v6;
    std::vector<std::string> aliases;
};

struct ContainerMount {
    std::string type;    ///< volume, bind, tmpfs
    std::string name;    ///< Of a volume.
    std::string source;  ///< On the host.
    std::string target;
    bool writable = true;
};

/// What the Engine says it granted: enough to prove that nothing was granted beyond the model
/// (SEC-12).
struct HostConfig {
    bool privileged = false;
    bool publish_all_ports = false;
    bool read_only = false;
    std::string network_mode, pid_mode, ipc_mode, uts_mode, userns_mode, cgroupns_mode;
    std::string runtime, cgroup_parent, restart_policy;
    std::uint64_t memory = 0;
    std::int64_t memory_swap = 0;
    std::int64_t nano_cpus = 0;
    std::int64_t pids_limit = 0;
    std::uint64_t shm_size = 0;
    std::vector<std::string> cap_add, cap_drop, security_opt, group_add;
    std::vector<std::string> binds, volumes_from, links, extra_hosts, dns;
    std::vector<std::string> devices;          ///< On the host, those given by request too.
    std::vector<std::string> published_ports;  ///< "80/tcp"
    std::map<std::string, std::string> sysctls;
    std::vector<Ulimit> ulimits;
    LogConfig log;
};

struct Container {
    std::string id;
    std::string name;      ///< Without the leading slash.
    std::string image_id;  ///< sha256:…
    std::string image;     ///< As asked for.
    Instant created{};
    Labels labels;
    ContainerState state;
    std::uint64_t restarts = 0;  ///< By its restart policy, since it was started by hand.
    std::map<std::string, ContainerNetwork> networks;  ///< By name.
    std::vector<ContainerMount> mounts;
    std::vector<std::uint16_t> exposed_ports;
    std::vector<std::string> environment;
    std::vector<std::string> entrypoint, command;
    std::string user, hostname, working_dir, stop_signal;
    bool tty = false;
    HostConfig host;
};

/// One line of a list.
struct ContainerSummary {
    std::string id;
    std::string name;
    std::string image, image_id;
    Status status = Status::created;
    std::string status_text;  ///< "Up 3 minutes (healthy)"
    Labels labels;
    std::map<std::string, std::string> addresses;  ///< Network → IPv4, when it runs.
};

/// Used since the container started, but memory and pids: used now.
struct Stats {
    std::uint64_t cpu_nanoseconds = 0;
    double cores = 0;          ///< In use between the Engine's last two samples, one second apart.
    std::uint64_t memory = 0;  ///< Bytes, without inactive page cache.
    std::uint64_t memory_limit = 0;
    std::uint64_t pids = 0;
    std::uint64_t received = 0, sent = 0;  ///< Bytes over its networks.
    std::uint64_t read = 0, written = 0;   ///< Bytes from and to block devices.
};

}  // namespace diorama::docker
