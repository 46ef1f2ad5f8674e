#include "base/text.hpp"
#include "daemon/config.hpp"
#include "engine/allowed_repositories.hpp"
#include "engine/sleep/schedule.hpp"

#include <cmath>

namespace diorama {

Result<Shape> parse_text(std::string_view text, std::type_identity<Shape>)
{
    return shape_named(text);
}

std::string to_text(Shape shape)
{
    return std::string(name(shape));
}

Result<AtLimit> parse_text(std::string_view text, std::type_identity<AtLimit>)
{
    return at_limit_named(text);
}

std::string to_text(AtLimit policy)
{
    return std::string(name(policy));
}

Result<Subnet> parse_text(std::string_view text, std::type_identity<Subnet>)
{
    return Subnet::parse(text);
}

std::string to_text(const Subnet& subnet)
{
    return subnet.text();
}

namespace {

Policy policy_of(const Config& config)
{
    const LimitsConfig& limits = config.limits;
    Policy policy;
    policy.defaults = {.memory = limits.memory.bytes, .cpus = limits.cpus, .pids = limits.pids};
    policy.most.memory = limits.memory_most.bytes;
    policy.most.cpus = limits.cpus_most;
    policy.disk = limits.disk.bytes;
    policy.services = static_cast<std::size_t>(limits.services);
    policy.capabilities.insert(
        config.security.capabilities.begin(), config.security.capabilities.end()
    );
    policy.sysctls.insert(config.security.sysctls.begin(), config.security.sysctls.end());
    policy.require_non_root = config.security.non_root == NonRoot::require;
    return policy;
}

Result<SleepSettings> sleep_of(const SleepConfig& config)
{
    SleepSettings settings{
        .frozen_after = config.frozen_after,
        .stopped_after = config.stopped_after,
        .archived_after = config.archived_after,
        .pressure = config.pressure,
        .available = config.available
    };
    if (config.schedule.empty()) return settings;
    const auto schedule = Schedule::parse(config.schedule, config.time_zone);
    if (!schedule) return schedule.error().during("sleep.schedule");
    settings.schedule = *schedule;
    return settings;
}

/// As far as the file says; the rest of it is the machine's to say.
LimitSettings limits_of(const LimitsConfig& limits)
{
    return {
        .environments = static_cast<std::uint64_t>(limits.environments),
        .most =
            {.memory = limits.total_memory.value_or(ByteSize{}).bytes,
                   .cpu_millis = std::llround(limits.total_cpus.value_or(0) * 1000)},
        .at_limit = limits.at_limit
    };
}

std::optional<PortPool> ports_of(const PortConfig& config)
{
    if (!config.enabled) return std::nullopt;
    const auto from = [&](std::uint16_t first) {
        return PortRange{first, static_cast<std::uint16_t>(first + config.size - 1)};
    };
    return PortPool{.app = from(config.app), .database = from(config.database)};
}

Rules rules_of(const ProjectConfig& project)
{
    return {
        .branches = project.branches,
        .base_branches = project.base_branches,
        .labels = project.labels,
        .drafts = project.drafts,
        .paths = project.paths,
        .skip_words = project.skip_words
    };
}

}  // namespace

Result<EngineSettings> engine_settings(const Config& config, std::uint16_t gateway_port)
{
    EngineSettings settings;
    const auto domain = check_domain(config.url.domain);
    if (!domain) return domain.error().during("url.domain");
    settings.domain = *domain;
    settings.entrance = {
        .scheme = config.url.scheme == UrlScheme::https ? "https" : "http",
        .port = config.url.port.value_or(gateway_port)
    };
    settings.shapes = config.url.shapes;
    settings.subnets = config.network.subnets.text();
    settings.manifest = config.manifest;
    for (const std::string& text : config.repositories.allowed) {
        const auto entry = repository_entry(text);
        if (!entry) return entry.error().during("repositories.allowed");
        settings.repositories.push_back(*entry);
    }
    settings.forges = {
        .poll = config.github.poll,
        .keep = config.github.deliveries,
        .comment = config.github.comment,
        .status = config.github.status,
        .deployments = config.github.deployments
    };
    for (const auto& [name, project] : config.projects)
        settings.rules[lower(name)] = rules_of(project);
    settings.policy = policy_of(config);
    settings.strangers = {.egress = config.strangers.egress};
    settings.limits = limits_of(config.limits);
    settings.deadlines = {
        config.deadlines.queue,
        config.deadlines.fetch,
        config.deadlines.build,
        config.deadlines.start,
        config.deadlines.health,
        config.deadlines.removal
    };
    const auto sleep = sleep_of(config.sleep);
    if (!sleep) return sleep.error();
    settings.sleep = *sleep;
    settings.cleanup = {
        .every = config.cleanup.every,
        .idle = config.cleanup.idle,
        .ttl = config.cleanup.ttl,
        .generations = static_cast<std::size_t>(config.cleanup.generations),
        .images = config.cleanup.images.bytes,
        .disk_high = static_cast<unsigned>(config.cleanup.disk_high),
        .disk_low = static_cast<unsigned>(config.cleanup.disk_low),
        .logs = config.cleanup.logs,
        .history = config.cleanup.history
    };
    settings.ports = ports_of(config.ports);
    settings.workers = static_cast<std::size_t>(config.limits.workers);
    settings.starts = static_cast<std::size_t>(config.limits.starts);
    settings.builds = static_cast<std::size_t>(config.limits.builds);
    return settings;
}

}  // namespace diorama
