#include "driver/docker.hpp"

#include "driver/container_config.hpp"
#include "driver/docker_answers.hpp"
#include "driver/health.hpp"
#include "driver/owner.hpp"
#include "driver/reclaim.hpp"

#include <charconv>

namespace diorama {

namespace {

Running running(docker::Status status)
{
    switch (status) {
        case docker::Status::created: return Running::created;
        case docker::Status::running: return Running::running;
        case docker::Status::paused: return Running::frozen;
        case docker::Status::restarting: return Running::restarting;
        case docker::Status::removing:
        case docker::Status::dead: return Running::dead;
        case docker::Status::exited: return Running::exited;
    }
    std::abort();
}

OutputLine line_of(docker::OutputLine line, Instant now)
{
    const bool out = line.channel == docker::Channel::standard_output;
    const Instant at = line.at ? std::chrono::floor<milliseconds>(*line.at) : now;
    return {out ? "stdout" : "stderr", std::move(line.text), at};
}

std::optional<bool> healthy(std::string_view status_text)
{
    if (status_text.find("(unhealthy)") != std::string_view::npos) return false;
    if (status_text.find("(healthy)") != std::string_view::npos) return true;
    return std::nullopt;
}

/// "Exited (137) 3 minutes ago", "Restarting (1) …": the list says it nowhere else, and looking at
/// each container that ended would take a thousand calls where a thousand jobs are done.
std::int64_t exit_code(std::string_view status_text)
{
    std::int64_t code = 0;
    const auto open = status_text.find('(');
    if (open == std::string_view::npos) return code;
    const std::string_view digits = status_text.substr(open + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), code);
    return code;
}

Error not_running(const Entry& container)
{
    return {Code::conflict, fmt::format("{} does not run", container.name)};
}

std::string first_address(const docker::ContainerSummary& container)
{
    const std::string own = label::value(container.labels, address_label);
    if (!own.empty() || container.addresses.empty()) return own;
    return container.addresses.begin()->second;
}

Found found(const docker::ContainerSummary& container)
{
    return {
        .type = EntryType::container,
        .name = container.name,
        .external_id = container.id,
        .labels = container.labels,
        .address = first_address(container),
        .running = running(container.status),
        .healthy = healthy(container.status_text),
        .exit_code = exit_code(container.status_text),
    };
}

Found found(const docker::Network& network)
{
    return {
        .type = EntryType::network,
        .name = network.name,
        .external_id = network.id,
        .labels = network.labels,
        .address = network.subnets.empty() ? "" : network.subnets.front(),
    };
}

Found found(const docker::Volume& volume)
{
    return {
        .type = EntryType::volume,
        .name = volume.name,
        .external_id = volume.name,
        .labels = volume.labels,
    };
}

/// Somebody asked for it before: a daemon that died since, mostly.
bool is_under_way(const Error& error)
{
    return error.code == Code::conflict && error.message.contains("already in progress");
}

}  // namespace

Labels DockerDriver::labels_of(const Entry& entry) const
{
    return {
        {std::string(installation_label), options_.installation.text()},
        {std::string(environment_label),  entry.environment.text()    }
    };
}

Task<Result<docker::Container>> DockerDriver::container(Entry entry)
{
    auto there = co_await engine_.inspect_container(entry.name);
    const bool gone = there ? !label::same_owner(there->labels, labels_of(entry))
                            : there.error().code == Code::not_found;
    if (!gone) co_return there;
    co_return Error{Code::not_found, fmt::format("there is no container {} of ours", entry.name)};
}

Task<Result<>> DockerDriver::remove_container(Entry entry, std::stop_token stop)
{
    const auto there = co_await container(entry);
    if (!there && there.error().code == Code::not_found) co_return ok();
    if (!there) co_return there.error();
    if (there->state.status == docker::Status::paused) {
        const auto thawed = co_await engine_.unpause(there->id);
        if (!thawed) co_return thawed.error();
    }
    for (;;) {
        const auto removed = co_await engine_.remove_container(there->id, true, true, stop);
        if (removed || !is_under_way(removed.error())) co_return when_unused(removed);
        const bool slept = co_await sleep(loop_, milliseconds{100}, stop);
        if (!slept) co_return Error{Code::cancelled, "nobody waits for the removal any more"};
    }
}

Task<Result<>> DockerDriver::remove_network(Entry entry, std::stop_token stop)
{
    const auto there = co_await engine_.inspect_network(entry.name);
    if (!there && there.error().code == Code::not_found) co_return ok();
    if (!there) co_return there.error();
    if (!label::same_owner(there->labels, labels_of(entry))) co_return ok();
    const auto removed = co_await engine_.remove_network(there->id, stop);
    co_return when_unused(removed);
}

Task<Result<>> DockerDriver::remove_volume(Entry entry, std::stop_token stop)
{
    const auto there = co_await engine_.inspect_volume(entry.name);
    if (!there && there.error().code == Code::not_found) co_return ok();
    if (!there) co_return there.error();
    if (!label::same_owner(there->labels, labels_of(entry))) co_return ok();
    const auto removed = co_await engine_.remove_volume(there->name, false, stop);
    co_return when_unused(removed);
}

Task<Result<>> DockerDriver::remove(Entry entry, std::stop_token stop)
{
    switch (entry.type) {
        case EntryType::network:
            co_return co_await remove_network(std::move(entry), std::move(stop));
        case EntryType::volume: co_return co_await remove_volume(std::move(entry), std::move(stop));
        case EntryType::container:
            co_return co_await remove_container(std::move(entry), std::move(stop));
    }
    std::abort();
}

Task<Result<std::vector<Found>>> DockerDriver::observe(std::optional<EnvironmentId> environment)
{
    docker::Labels ours{
        {std::string(installation_label), options_.installation.text()}
    };
    if (environment) ours.emplace(environment_label, environment->text());
    const auto networks = co_await engine_.list_networks(ours);
    if (!networks) co_return networks.error();
    const auto volumes = co_await engine_.list_volumes(ours);
    if (!volumes) co_return volumes.error();
    const auto containers = co_await engine_.list_containers(ours);
    if (!containers) co_return containers.error();

    std::vector<Found> all;
    for (const auto& each : *networks)
        all.push_back(found(each));
    for (const auto& each : *volumes)
        all.push_back(found(each));
    for (const auto& each : *containers)
        all.push_back(found(each));
    co_return all;
}

Task<Result<>> DockerDriver::wait_healthy(Entry entry, Gate gate, std::stop_token stop)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    Health health(loop_, engine_, entry, gate);
    co_return co_await health.wait(there->id, stop);
}

Task<Result<std::int64_t>> DockerDriver::wait_exit(Entry entry, std::stop_token stop)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    if (there->state.status == docker::Status::created)
        co_return Error{Code::conflict, fmt::format("{} was never started", entry.name)};
    co_return co_await engine_.wait(there->id, stop);
}

Task<Result<>> DockerDriver::promote(Entry entry, std::vector<Attachment> attachments)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    std::string own = label::value(there->labels, address_label);
    if (own.empty()) own = entry.address;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
        const Attachment& joined = attachments[i];
        docker::Endpoint endpoint{joined.network, joined.aliases, i == 0 ? own : ""};
        if (const auto now = there->networks.find(joined.network); now != there->networks.end()) {
            const auto has = [&](const std::string& alias) {
                return std::ranges::find(now->second.aliases, alias) != now->second.aliases.end();
            };
            if (std::ranges::all_of(joined.aliases, has)) continue;
            if (endpoint.address.empty()) endpoint.address = now->second.address;
            // Aliases are given at connecting only. With the same address the container's open
            // connections outlast the fraction of a second without the interface.
            const auto left = co_await engine_.disconnect(there->id, joined.network, false);
            if (!left) co_return left.error();
        }
        const auto connected = co_await engine_.connect(there->id, endpoint);
        if (!connected) co_return connected.error();
    }
    co_return ok();
}

Task<Result<>> DockerDriver::start(Entry entry)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    if (there->state.status == docker::Status::paused)
        co_return co_await engine_.unpause(there->id);
    co_return co_await engine_.start(there->id);
}

Task<Result<>> DockerDriver::stop(Entry entry)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    if (there->state.status == docker::Status::created) co_return ok();
    if (there->state.status == docker::Status::paused) {
        const auto thawed = co_await engine_.unpause(there->id);
        if (!thawed) co_return thawed.error();
    }
    co_return co_await engine_.stop(there->id, std::nullopt);
}

Task<Result<>> DockerDriver::freeze(Entry entry)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    if (there->state.status == docker::Status::paused) co_return ok();
    if (there->state.status != docker::Status::running) co_return not_running(entry);
    const auto frozen = co_await engine_.pause(there->id);
    if (!frozen) co_return frozen.error();
    const auto reclaim = [root = options_.control_groups, id = there->id] {
        return reclaim_memory(root, id);
    };
    co_await blocking(loop_, reclaim);
    co_return ok();
}

Task<Result<>> DockerDriver::thaw(Entry entry)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    if (there->state.status == docker::Status::running) co_return ok();
    if (there->state.status != docker::Status::paused) co_return not_running(entry);
    co_return co_await engine_.unpause(there->id);
}

Task<Result<>> DockerDriver::follow(
    Entry entry, Instant since, std::function<void(OutputLine)> line, std::stop_token stop
)
{
    docker::Stamp next = since;
    const auto take = [&](docker::OutputLine said) {
        if (said.at) next = std::max(next, *said.at + std::chrono::nanoseconds{1});
        line(line_of(std::move(said), loop_.now()));
    };
    for (;;) {
        const auto there = co_await container(entry);
        if (!there) co_return there.error();
        docker::LogOptions options{.follow = true};
        if (next > docker::Stamp{}) options.since = next;
        const auto read = co_await engine_.logs(there->id, options, take, stop);
        if (!read) co_return read.error();
        // The Engine ends the stream when the process ends, even if it starts the next one.
        const auto after = co_await container(entry);
        if (!after) co_return after.error();
        const auto status = after->state.status;
        if (status != docker::Status::running && status != docker::Status::restarting)
            co_return ok();
        const bool slept = co_await sleep(loop_, milliseconds{250}, stop);
        if (!slept) co_return Error{Code::cancelled, "the call was cancelled"};
    }
}

Task<Result<Stats>> DockerDriver::stats(Entry entry)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    const auto now = co_await engine_.stats(there->id);
    if (!now) co_return now.error();
    co_return Stats{
        .cpu = now->cores,
        .memory = now->memory,
        .memory_limit = now->memory_limit,
        .pids = now->pids,
        .received = now->received,
        .sent = now->sent,
    };
}

Task<Result<std::map<EnvironmentId, std::uint64_t>>> DockerDriver::written()
{
    const auto usage = co_await engine_.disk_usage();
    if (!usage) co_return usage.error();
    std::map<EnvironmentId, std::uint64_t> all;
    for (const auto& [labels, bytes] : usage->written)
        if (const auto owner = label::owner(labels, options_.installation.text()))
            all[*owner] += bytes;
    co_return all;
}

Task<Result<std::int64_t>> DockerDriver::exec(
    Entry entry,
    std::vector<std::string> argv,
    std::function<void(OutputLine)> line,
    std::stop_token stop
)
{
    const auto there = co_await container(entry);
    if (!there) co_return there.error();
    const auto take = [&](docker::OutputLine said) { line(line_of(std::move(said), loop_.now())); };
    const docker::ExecConfig config{.command = std::move(argv)};
    co_return co_await engine_.exec(there->id, config, take, stop);
}

}  // namespace diorama
