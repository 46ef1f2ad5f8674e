#pragma once

#include "base/byte_size.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/secret.hpp"
#include "daemon/config_forges.hpp"
#include "engine/settings.hpp"
#include "model/addresses.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace diorama {

/// Whether the packet filter around scenes must stand.
enum class Filter { require, off };
BOOST_DESCRIBE_ENUM(Filter, require, off)
/// Whether images may run as root.
enum class NonRoot { allow, require };
BOOST_DESCRIBE_ENUM(NonRoot, allow, require)
enum class UrlScheme { http, https };
BOOST_DESCRIBE_ENUM(UrlScheme, http, https)

// The platform's configuration: diorama.toml, each value overridden by an environment variable.
// Everything has a default, so that no file is needed. The sections are the file's tables. What
// each key is for stands in config_page.cpp, from which docs/configuration.md is printed.

struct ApiConfig {
    std::string listen = "127.0.0.1:3000";  ///< Not public: put it behind your own access control.
    std::optional<Secret> first_token;      ///< None: made at the first start.
};
struct GatewayConfig {
    std::vector<std::string> listen{"0.0.0.0:8080"};
    std::int64_t threads = 0;                  ///< 0: one per core.
    std::vector<std::string> trusted_proxies;  ///< Networks whose X-Forwarded-* are believed.
    milliseconds wake_hold = seconds{20};      ///< A request at the door of a scene that sleeps.
    milliseconds wake_page = seconds{2};       ///< Likewise a browser's.
};
struct UrlConfig {
    std::string domain = "localhost";
    UrlScheme scheme = UrlScheme::http;
    std::optional<std::uint16_t> port;  ///< As visitors see it; else the gateway's first.
    std::vector<Shape> shapes{Shape::flat};
};
struct RepositoryConfig {
    std::vector<std::string> allowed;  ///< As `repository_entry` reads them; empty: any.
    bool local = false;                ///< Paths on this machine.
    bool plain_http = false;
};
struct DockerConfig {
    std::string host = "unix:///var/run/docker.sock";
};
struct NetworkConfig {
    Subnet subnets{Ipv4{(10U << 24U) + (213U << 16U)}, 16};
    Filter filter = Filter::require;   ///< Off: scenes reach this machine.
    bool egress = true;                ///< Scenes reach the internet.
    std::vector<std::string> allowed;  ///< Private networks that scenes may reach all the same.
};
struct LimitsConfig {
    ByteSize memory{512ULL << 20U};  ///< Of a container, unless its service says otherwise …
    double cpus = 0.5;
    std::int64_t pids = 512;
    ByteSize memory_most{2ULL << 30U};  ///< … and what it may ask for at most.
    double cpus_most = 2;
    std::int64_t services = 20;
    ByteSize disk{5ULL << 30U};                ///< What a scene may write; 0: no limit.
    std::int64_t environments = 10;            ///< Awake at once; 0: any number.
    std::optional<ByteSize> total_memory;      ///< Of all that are awake or frozen; 0: any.
    std::optional<double> total_cpus;          ///< Of all that are awake; 0: any.
    AtLimit at_limit = AtLimit::sleep_oldest;  ///< What happens to the next one.
    std::int64_t workers = 8;                  ///< Environments worked on at once.
    std::int64_t starts = 4;                   ///< Scenes started at once.
    std::int64_t builds = 2;                   ///< Images built at once …
    ByteSize build_memory{2ULL << 30U};        ///< … and what each RUN of theirs may use.
    double build_cpus = 0;                     ///< 0: as many as there are.
    std::int64_t build_shares = 256;           ///< Their weight where cores are short.
    std::string build_cgroup;                  ///< Where they are held together.
};
struct SecurityConfig {
    NonRoot non_root = NonRoot::allow;
    std::vector<std::string> capabilities;  ///< That services may add, besides the usual ones.
    std::vector<std::string> sysctls;       ///< Likewise.
};
/// What a stranger's commit gets once somebody approved it.
struct StrangerConfig {
    bool egress = StrangerSettings{}.egress;
};
struct DeadlineConfig {
    milliseconds queue = hours{24};
    milliseconds fetch = minutes{2};
    milliseconds build = minutes{15};
    milliseconds start = minutes{10};
    milliseconds health = seconds{60};
    milliseconds removal = minutes{2};
};
struct SleepConfig {
    milliseconds frozen_after = SleepSettings{}.frozen_after;  ///< 0: never, here and below.
    milliseconds stopped_after = SleepSettings{}.stopped_after;
    milliseconds archived_after = SleepSettings{}.archived_after;
    std::vector<std::string> schedule;  ///< As `Schedule` reads it.
    std::string time_zone = "UTC";
    double pressure = SleepSettings{}.pressure;
    double available = SleepSettings{}.available;
};
/// As CleanupSettings.
struct CleanupConfig {
    milliseconds every = CleanupSettings{}.every;
    milliseconds idle = CleanupSettings{}.idle;
    milliseconds ttl = CleanupSettings{}.ttl;
    std::int64_t generations = 3;  ///< Whose images are kept.
    ByteSize images;               ///< 0: no limit of their own.
    std::int64_t disk_high = 85;   ///< Percent.
    std::int64_t disk_low = 75;
    milliseconds logs = CleanupSettings{}.logs;
    milliseconds history = CleanupSettings{}.history;
};
/// A pair for each environment, one of each range.
struct PortConfig {
    bool enabled = false;
    std::uint16_t app = PortPool{}.app.first;
    std::uint16_t database = PortPool{}.database.first;
    std::int64_t size = 1000;  ///< Of each range.
};
struct LogConfig {
    Log::Level level = Log::Level::info;
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
    StrangerConfig strangers;
    DeadlineConfig deadlines;
    SleepConfig sleep;
    CleanupConfig cleanup;
    PortConfig ports;
    std::map<std::string, RegistryConfig> registries;
    GithubConfig github;
    std::map<std::string, ProjectConfig> projects;
    LogConfig log;
};

BOOST_DESCRIBE_STRUCT(ApiConfig, (), (listen, first_token))
BOOST_DESCRIBE_STRUCT(GatewayConfig, (), (listen, threads, trusted_proxies, wake_hold, wake_page))
BOOST_DESCRIBE_STRUCT(UrlConfig, (), (domain, scheme, port, shapes))
BOOST_DESCRIBE_STRUCT(RepositoryConfig, (), (allowed, local, plain_http))
BOOST_DESCRIBE_STRUCT(DockerConfig, (), (host))
BOOST_DESCRIBE_STRUCT(NetworkConfig, (), (subnets, filter, egress, allowed))
BOOST_DESCRIBE_STRUCT(
    LimitsConfig,
    (),
    (memory,
     cpus,
     pids,
     memory_most,
     cpus_most,
     services,
     disk,
     environments,
     total_memory,
     total_cpus,
     at_limit,
     workers,
     starts,
     builds,
     build_memory,
     build_cpus,
     build_shares,
     build_cgroup)
)
BOOST_DESCRIBE_STRUCT(SecurityConfig, (), (non_root, capabilities, sysctls))
BOOST_DESCRIBE_STRUCT(StrangerConfig, (), (egress))
BOOST_DESCRIBE_STRUCT(DeadlineConfig, (), (queue, fetch, build, start, health, removal))
BOOST_DESCRIBE_STRUCT(
    SleepConfig,
    (),
    (frozen_after, stopped_after, archived_after, schedule, time_zone, pressure, available)
)
BOOST_DESCRIBE_STRUCT(
    CleanupConfig, (), (every, idle, ttl, generations, images, disk_high, disk_low, logs, history)
)
BOOST_DESCRIBE_STRUCT(PortConfig, (), (enabled, app, database, size))
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
     strangers,
     deadlines,
     sleep,
     cleanup,
     ports,
     registries,
     github,
     projects,
     log)
)

/// Words of the model as documents have them.
Result<Shape> parse_text(std::string_view text, std::type_identity<Shape>);
std::string to_text(Shape shape);
Result<AtLimit> parse_text(std::string_view text, std::type_identity<AtLimit>);
std::string to_text(AtLimit policy);
Result<Subnet> parse_text(std::string_view text, std::type_identity<Subnet>);
std::string to_text(const Subnet& subnet);

/// What the engine is told of it. Installation and tenant are the store's to say.
Result<EngineSettings> engine_settings(const Config& config, std::uint16_t gateway_port);

}  // namespace diorama
