#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "docker/container_config.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The Engine's other objects as values: the Engine itself, its networks, volumes and images.
namespace diorama::docker {

struct Version {
    std::string engine;  ///< "20.10.24"
    std::string api;     ///< The highest it speaks.
    std::string os, arch, kernel;
    std::map<std::string, std::string> components;  ///< "runc" → "1.1.4"
};

struct Info {
    std::string id, name;
    std::int64_t cpus = 0;
    std::uint64_t memory = 0;  ///< Bytes.
    std::string storage_driver, cgroup_driver, cgroup_version, default_runtime, root_dir;
    std::vector<std::string> security_options, warnings;
    std::int64_t containers = 0, containers_running = 0, images = 0;
};

struct DiskUsage {
    std::uint64_t images = 0, containers = 0, volumes = 0, build_cache = 0;  ///< Bytes.

    /// What one container wrote over its image, or one volume holds.
    struct Written {
        std::map<std::string, std::string> labels;
        std::uint64_t bytes = 0;
    };
    std::vector<Written> written;
};

struct Event {
    std::string type;    ///< container, network, volume, image …
    std::string action;  ///< start, die, oom, health_status: healthy …
    std::string id;
    std::map<std::string, std::string> attributes;  ///< Labels too, and "name".
    Instant at;
};

struct NetworkConfig {
    std::string name;
    std::string subnet;   ///< CIDR; empty takes one of the Engine's own pools.
    std::string gateway;  ///< The bridge's address; empty for the subnet's first.
    bool internal = false;
    bool ipv6 = false;
    Labels labels;
    std::map<std::string, std::string> options;  ///< com.docker.network.bridge.…
};

struct Network {
    std::string id, name, driver;
    std::vector<std::string> subnets, gateways;
    bool internal = false;
    bool ipv6 = false;
    Instant created{};
    Labels labels;
    std::map<std::string, std::string> options;
    std::map<std::string, std::string> containers;  ///< Id → name; filled by inspect only.
};

struct Volume {
    std::string name, driver, mountpoint;
    Labels labels;
    std::map<std::string, std::string> options;
};

struct Image {
    std::string id;                    ///< sha256:…
    std::vector<std::string> tags;     ///< "name:tag"
    std::vector<std::string> digests;  ///< "name@sha256:…"
    std::uint64_t size = 0;            ///< Bytes.
    Instant created{};
    Labels labels;

    // Filled by inspect only.
    std::string os, arch, user, working_dir;
    std::vector<std::uint16_t> exposed_ports;
    std::vector<std::string> entrypoint, command, environment, layers;
    bool healthcheck = false;
    std::vector<std::string> volumes;
};

struct HistoryEntry {
    std::string id, created_by, comment;
    std::uint64_t size = 0;
};

/// Who we are at a registry; sent as X-Registry-Auth.
struct RegistryLogin {
    std::string server;
    std::string user;
    Secret password;
};

struct BuildOptions {
    std::vector<std::string> tags;
    std::string dockerfile = "Dockerfile";  ///< Inside the context.
    std::map<std::string, std::string> args;
    std::string target;
    Labels labels;
    std::vector<std::string> cache_from;
    std::string network_mode;  ///< Of RUN: a network's name, "none", or the Engine's default.
    std::string platform;
    std::uint64_t memory = 0;    ///< Bytes; 0: no limit.
    std::int64_t cpu_quota = 0;  ///< Microseconds in each `cpu_period`; 0: no limit.
    std::int64_t cpu_period = 100'000;
    std::int64_t cpu_shares = 0;  ///< Weight where cores are short, of 1024; 0: as a container's.
    std::string cgroup_parent;    ///< Of the containers of RUN; empty: the Engine's.
    bool pull = false;            ///< Ask the registry even for what is here.
    bool no_cache = false;
    std::map<std::string, RegistryLogin> logins = {};  ///< By server, for FROM.
};

struct PullOptions {
    std::string reference;
    std::string platform;  ///< "linux/arm64"; empty: the Engine's own.
    std::optional<RegistryLogin> login = {};
};

/// A line of what the Engine tells while it builds or pulls.
struct Progress {
    std::string stream;  ///< A build's output, line breaks included; may be part of a line.
    std::string status;  ///< "Downloading"
    std::string id;      ///< The layer that `status` speaks of.
    std::uint64_t current = 0, total = 0;
    std::string error;     ///< The build or pull failed for this reason.
    std::string image_id;  ///< The image that was built.
};

}  // namespace diorama::docker
