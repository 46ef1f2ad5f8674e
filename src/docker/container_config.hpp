#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What a container is made of, typed: the part of the Engine's API that a scene may use. What has
/// no field here (privileged, binds of host paths, host namespaces, devices, published ports)
/// cannot be asked for.
namespace diorama::docker {

using Labels = std::map<std::string, std::string>;

struct Healthcheck {
    bool disabled = false;          ///< Switches off the image's own.
    std::vector<std::string> test;  ///< {"CMD", …} or {"CMD-SHELL", text}; empty: the image's.
    std::optional<milliseconds> interval, timeout, start_period;
    std::optional<milliseconds> start_interval;  ///< Engines before API 1.44 do not know it.
    std::optional<std::uint32_t> retries;
};

struct Mount {
    enum class Kind { volume, tmpfs };
    Kind kind = Kind::volume;
    std::string volume;  ///< Its name; made when it does not exist.
    std::string target;
    bool read_only = false;
    bool no_copy = false;    ///< Leave a new volume empty.
    std::uint64_t size = 0;  ///< Bytes of a tmpfs; 0 is half of the machine's memory.
    std::optional<std::uint32_t> mode = {};  ///< Of a tmpfs.
};

struct Ulimit {
    std::string name;
    std::int64_t soft = 0;
    std::int64_t hard = 0;
};

/// A container's place in a network.
struct Endpoint {
    std::string network;
    std::vector<std::string> aliases;
    std::string address;  ///< A fixed IPv4 address; empty lets the Engine choose.
};

struct LogConfig {
    std::string driver = "json-file";
    std::map<std::string, std::string> options{
        {"max-size", "10m"},
        {"max-file", "2"  }
    };
};

/// Zero means no limit, empty the image's or the Engine's default.
struct ContainerConfig {
    std::string name;
    std::string image;
    std::string platform;
    std::optional<std::vector<std::string>> entrypoint;
    std::optional<std::vector<std::string>> command;
    std::map<std::string, std::string> environment;
    std::string user;
    std::string working_dir;
    std::string hostname;
    Labels labels;
    std::vector<std::uint16_t> exposed_ports;
    std::optional<Healthcheck> healthcheck;
    std::string stop_signal;
    std::optional<seconds> stop_timeout;
    bool tty = false;
    bool stdin_open = false;
    bool init = false;
    std::string restart = "no";         ///< no, always, unless-stopped or on-failure …
    std::uint32_t restart_retries = 0;  ///< … this many times; 0: without end.

    std::uint64_t memory = 0;  ///< Bytes; swap gets no more on top.
    std::int64_t nano_cpus = 0;
    std::int64_t pids_limit = 0;
    std::vector<std::string> cap_drop;
    std::vector<std::string> cap_add;
    std::vector<std::string> security_opt;
    std::vector<std::string> group_add;
    std::map<std::string, std::string> sysctls;
    bool read_only = false;
    std::uint64_t shm_size = 0;
    std::vector<Ulimit> ulimits;
    std::vector<Mount> mounts;
    std::vector<std::string> extra_hosts;  ///< "name:address"
    std::vector<std::string> dns;
    LogConfig log;

    /// Its first network; none leaves it without any, for good. Further ones: `Engine::connect`,
    /// since engines before API 1.44 take a single one here.
    std::optional<Endpoint> network;
};

}  // namespace diorama::docker
