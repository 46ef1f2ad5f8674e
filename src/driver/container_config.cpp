#include "driver/container_config.hpp"

#include "base/sha256.hpp"
#include "model/addresses.hpp"

#include <charconv>
#include <cmath>

namespace diorama {

namespace {

/// Whom images that Diorama generated run as.
constexpr std::string_view own_user = "10001:10001";

/// The first half of "user:group".
std::string_view user_of(std::string_view text)
{
    return text.substr(0, text.find(':'));
}

bool is_other_than_root(std::string_view user)
{
    std::uint32_t id = 0;
    const auto [end, failed] = std::from_chars(user.data(), user.data() + user.size(), id);
    return failed == std::errc{} && end == user.data() + user.size() && id != 0;
}

Result<std::string>
user(const Service& service, const docker::Image& image, const DriverOptions& options)
{
    std::string chosen = service.user;
    if (chosen.empty() && service.generated) chosen = own_user;
    const std::string effective = chosen.empty() ? image.user : chosen;
    if (!options.require_non_root || is_other_than_root(user_of(effective))) return chosen;
    // A name proves nothing: the image's own /etc/passwd may give it the number 0.
    return Error{
        Code::refused,
        fmt::format(
            "{} runs as {}, and this installation lets only numbered users other than root run",
            service.name,
            effective.empty() ? "root" : fmt::format("'{}'", effective)
        ),
        "Set a number, for example `user: \"10001\"` on the service or `USER 10001` in its "
        "Dockerfile."
    };
}

std::string bare_capability(std::string_view name)
{
    std::string bare;
    for (const char c : name)
        bare.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    return bare.starts_with("CAP_") ? bare.substr(4) : bare;
}

std::vector<std::string> capabilities(const Service& service)
{
    std::vector<std::string> kept = default_capabilities();
    for (const std::string& each : service.cap_drop) {
        const std::string name = bare_capability(each);
        std::erase_if(kept, [&](const std::string& held) { return name == "ALL" || held == name; });
    }
    for (const std::string& each : service.cap_add)
        kept.push_back(bare_capability(each));
    std::ranges::sort(kept);
    kept.erase(std::ranges::unique(kept).begin(), kept.end());
    return kept;
}

std::vector<docker::Ulimit> ulimits(const Service& service, const DriverOptions& options)
{
    std::vector<docker::Ulimit> limits;
    limits.reserve(service.ulimits.size() + 2);
    for (const Ulimit& each : service.ulimits)
        limits.push_back({each.name, each.soft, each.hard});
    const auto sets = [&](std::string_view name) {
        return std::ranges::any_of(limits, [&](const auto& each) { return each.name == name; });
    };
    if (!sets("nofile")) limits.push_back({"nofile", options.open_files, options.open_files});
    if (!sets("core")) limits.push_back({"core", 0, 0});  // A dump would fill the host's disk.
    return limits;
}

std::vector<docker::Mount> mounts(const ContainerIntent& intent)
{
    std::vector<docker::Mount> all;
    for (const Mount& mount : intent.service.mounts) {
        if (const auto* volume = std::get_if<VolumeMount>(&mount)) {
            const auto real = intent.volumes.find(volume->volume);
            if (real == intent.volumes.end()) continue;
            all.push_back(
                {.kind = docker::Mount::Kind::volume,
                 .volume = real->second,
                 .target = volume->target,
                 .read_only = volume->read_only,
                 .no_copy = volume->no_copy}
            );
        } else if (const auto* tmpfs = std::get_if<TmpfsMount>(&mount)) {
            constexpr std::uint64_t fallback = 64ULL << 20;
            all.push_back(
                {.kind = docker::Mount::Kind::tmpfs,
                 .target = tmpfs->target,
                 .size = tmpfs->size == 0 ? fallback : tmpfs->size,
                 .mode = tmpfs->mode}
            );
        }
    }
    return all;
}

bool holds(const docker::Mount& mount, const std::string& path)
{
    return path == mount.target || path.starts_with(mount.target + "/");
}

/// The Engine copies nothing into a read-only root. A volume of the container's own at the folder
/// in question, which goes with the container, takes the content instead.
Result<> make_room(const ContainerIntent& intent, std::vector<docker::Mount>& all)
{
    if (!intent.service.read_only) return ok();
    for (const Content& content : intent.contents) {
        const auto held = [&](const docker::Mount& mount) { return holds(mount, content.target); };
        if (std::ranges::any_of(all, held)) continue;
        if (content.target == "/")
            return Error{
                Code::invalid,
                fmt::format(
                    "{} mounts a file in '/', which read_only leaves no room for",
                    intent.service.name
                ),
                "Mount it in a folder, or drop read_only."
            };
        all.push_back({.kind = docker::Mount::Kind::volume, .target = content.target});
    }
    return ok();
}

std::optional<docker::Healthcheck> healthcheck(const Service& service)
{
    if (!service.healthcheck) return std::nullopt;
    const Healthcheck& check = *service.healthcheck;
    return docker::Healthcheck{
        .disabled = check.disabled,
        .test = check.test,
        .interval = check.interval,
        .timeout = check.timeout,
        .start_period = check.start_period,
        .start_interval = check.start_interval,
        .retries = check.retries,
    };
}

void restart(const Service& service, docker::ContainerConfig& config)
{
    const auto colon = service.restart.find(':');
    config.restart = service.restart.substr(0, colon);
    if (colon == std::string::npos) return;
    const std::string_view times = std::string_view(service.restart).substr(colon + 1);
    std::from_chars(times.data(), times.data() + times.size(), config.restart_retries);
}

/// Names that lead to an address. Those that lead to a service are that service's aliases.
std::vector<std::string> extra_hosts(const Service& service)
{
    std::vector<std::string> hosts;
    for (const auto& [name, where] : service.extra_hosts) {
        if (Ipv4::parse(where)) hosts.push_back(fmt::format("{}:{}", name, where));
    }
    return hosts;
}

void limit(const ContainerIntent& intent, const DriverOptions& options, docker::ContainerConfig& to)
{
    const Service& service = intent.service;
    const Limits fallback{.memory = 512ULL << 20, .cpus = 0.5, .pids = 512};
    const Limits& asked = service.limits;
    to.memory = asked.memory == 0 ? fallback.memory : asked.memory;
    to.nano_cpus = std::llround((asked.cpus > 0 ? asked.cpus : fallback.cpus) * 1e9);
    to.pids_limit = asked.pids > 0 ? asked.pids : fallback.pids;
    to.cap_drop = {"ALL"};
    to.cap_add = capabilities(service);
    to.security_opt = {"no-new-privileges"};
    to.group_add = service.group_add;
    to.sysctls = service.sysctls;
    to.read_only = service.read_only;
    to.shm_size = service.shm_size;
    to.ulimits = ulimits(service, options);
    to.log.options = {
        {"max-size", options.log_size },
        {"max-file", options.log_files}
    };
}

}  // namespace

std::vector<std::string> default_capabilities()
{
    return {
        "CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETPCAP", "SETUID"
    };
}

Result<docker::ContainerConfig> container_config(
    const ContainerIntent& intent,
    const docker::Image& image,
    const DriverOptions& options,
    const std::string& address
)
{
    const Service& service = intent.service;
    docker::ContainerConfig config{.name = intent.name, .image = intent.image};
    const auto runs_as = user(service, image, options);
    if (!runs_as) return runs_as.error();
    config.user = *runs_as;
    config.platform = service.platform;
    config.entrypoint = service.entrypoint;
    config.command = service.command;
    config.environment = service.environment;
    config.working_dir = service.working_dir;
    config.labels = intent.labels;
    config.exposed_ports = service.ports;
    config.healthcheck = healthcheck(service);
    config.stop_signal = service.stop_signal;
    if (service.stop_grace_period)
        config.stop_timeout = std::chrono::ceil<seconds>(*service.stop_grace_period);
    config.tty = service.tty;
    config.stdin_open = service.stdin_open;
    config.init = service.init;
    config.extra_hosts = extra_hosts(service);
    config.dns = options.dns;
    restart(service, config);
    limit(intent, options, config);

    config.mounts = mounts(intent);
    const auto room = make_room(intent, config.mounts);
    if (!room) return room.error();

    if (intent.attachments.empty()) return config;
    const Attachment& first = intent.attachments.front();
    config.network = docker::Endpoint{first.network, first.aliases, address};
    if (!address.empty()) config.labels[std::string(address_label)] = address;
    // Newer engines resolve host names, too: a hidden container must not answer to its service's.
    if (!first.aliases.empty())
        config.hostname = service.hostname.empty() ? service.name : service.hostname;
    return config;
}

std::string bridge_name(std::string_view prefix, std::string_view network)
{
    constexpr std::size_t most = 15;  // IFNAMSIZ less its NUL.
    return std::string(prefix) + sha256(network).substr(0, most - prefix.size());
}

}  // namespace diorama
