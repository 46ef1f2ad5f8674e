#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "engine/settings.hpp"

#include <boost/describe/class.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diorama {

/// The platform's configuration: diorama.toml, each value overridden by an environment variable.
/// Everything has a default, so that no file is needed. The sections are the file's tables.
struct ApiConfig {
    std::string listen = "127.0.0.1:3000";  ///< Not public: put it behind your own access control.
};
struct GatewayConfig {
    std::vector<std::string> listen{"0.0.0.0:8080"};
    std::int64_t threads = 0;                  ///< 0: one per core.
    std::vector<std::string> trusted_proxies;  ///< Networks whose X-Forwarded-* are believed.
};
struct UrlConfig {
    std::string domain = "localhost";
    std::string scheme = "http";
    std::optional<std::uint16_t> port;  ///< As visitors see it; else the gateway's first.
    std::vector<std::string> shapes{"flat"};
};
struct RepositoryConfig {
    std::vector<std::string> allowed;  ///< owner/name, or a location; empty: any.
    bool local = false;                ///< Paths on this machine.
    bool plain_http = false;
};
struct DockerConfig {
    std::string host = "unix:///var/run/docker.sock";
};
struct NetworkConfig {
    std::string subnets = "10.213.0.0/16";
    std::string filter = "require";    ///< "require", or "off": scenes then reach this machine.
    bool egress = true;                ///< Scenes reach the internet.
    std::vector<std::string> allowed;  ///< Private networks that scenes may reach all the same.
};
struct LimitsConfig {
    std::string memory = "512m";  ///< Of a container, unless its service says otherwise …
    double cpus = 0.5;
    std::int64_t pids = 512;
    std::string memory_most = "2g";  ///< … and what it may ask for at most.
    double cpus_most = 2;
    std::int64_t services = 20;
    std::int64_t workers = 8;  ///< Environments worked on at once.
    std::int64_t builds = 2;   ///< Images built at once.
};
struct SecurityConfig {
    std::string non_root = "allow";  ///< "require" refuses images that run as root.
};
struct DeadlineConfig {
    milliseconds fetch = minutes{2};
    milliseconds build = minutes{15};
    milliseconds health = seconds{60};
    milliseconds removal = minutes{2};
};
struct RegistryConfig {
    std::string user;
    Secret password;
};
struct LogConfig {
    std::string level = "info";
};

struct Config {
    std::string data;      ///< Folder of everything the daemon keeps.
    std::string manifest;  ///< Path in a repository; empty: the usual names.
    ApiConfig api;
    GatewayConfig gateway;
    UrlConfig url;
    RepositoryConfig repositories;
    DockerConfig docker;
    NetworkConfig network;
    LimitsConfig limits;
    SecurityConfig security;
    DeadlineConfig deadlines;
    std::map<std::string, RegistryConfig> registries;
    LogConfig log;
};

BOOST_DESCRIBE_STRUCT(ApiConfig, (), (listen))
BOOST_DESCRIBE_STRUCT(GatewayConfig, (), (listen, threads, trusted_proxies))
BOOST_DESCRIBE_STRUCT(UrlConfig, (), (domain, scheme, port, shapes))
BOOST_DESCRIBE_STRUCT(RepositoryConfig, (), (allowed, local, plain_http))
BOOST_DESCRIBE_STRUCT(DockerConfig, (), (host))
BOOST_DESCRIBE_STRUCT(NetworkConfig, (), (subnets, filter, egress, allowed))
BOOST_DESCRIBE_STRUCT(
    LimitsConfig, (), (memory, cpus, pids, memory_most, cpus_most, services, workers, builds)
)
BOOST_DESCRIBE_STRUCT(SecurityConfig, (), (non_root))
BOOST_DESCRIBE_STRUCT(DeadlineConfig, (), (fetch, build, health, removal))
BOOST_DESCRIBE_STRUCT(RegistryConfig, (), (user, password))
BOOST_DESCRIBE_STRUCT(LogConfig, (), (level))
BOOST_DESCRIBE_STRUCT(
    Config,
    (),
    (data,
     manifest,
     api,
     gateway,
     url,
     repositories,
     docker,
     network,
     limits,
     security,
     deadlines,
     registries,
     log)
)

/// Looks a variable up: the process's environment, or a test's.
using Lookup = std::function<std::optional<std::string>(const std::string&)>;

/// Reads `text` of `file` (none: the defaults), then `DIORAMA_<SECTION>_<KEY>` for each value;
/// lists are separated by commas. An unknown key, a wrong type or a value out of range is
/// `invalid`, all at once, with line, nearest name and mend.
Result<Config>
read_config(std::string_view text, const std::string& file, const Lookup& environment);

/// What the engine is told of it. Installation and tenant are the store's to say.
Result<EngineSettings> engine_settings(const Config& config, std::uint16_t gateway_port);

}  // namespace diorama
