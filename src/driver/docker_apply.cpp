#include "base/text.hpp"
#include "driver/container_config.hpp"
#include "driver/docker.hpp"
#include "driver/docker_answers.hpp"
#include "driver/docker_content.hpp"
#include "driver/docker_network.hpp"
#include "driver/owner.hpp"
#include "model/addresses.hpp"

namespace diorama {

namespace {

Made made(const docker::Container& container, const Attachment* first)
{
    Made answer{.external_id = container.id, .ports = container.exposed_ports};
    answer.address = label::value(container.labels, address_label);
    if (answer.address.empty() && first) {
        const auto network = container.networks.find(first->network);
        if (network != container.networks.end()) answer.address = network->second.address;
    }
    return answer;
}

Error no_image(const Error& error, const ContainerIntent& intent)
{
    if (error.code != Code::not_found) return error;
    return {
        Code::not_found,
        fmt::format("the engine has no image {} for {}", intent.image, intent.service.name),
        "Redeploy: somebody removed it from the engine, and it is built or pulled again."
    };
}

/// The Engine reports what the image is to blame for as its own trouble.
Error start_failure(const Error& error, const ContainerIntent& intent)
{
    Error said = error.during("start " + intent.service.name);
    const bool hopeless = said.message.find("OCI runtime create failed") != std::string::npos ||
                          said.message.find("failed to create shim") != std::string::npos;
    if (!hopeless || said.message.find("resource temporarily") != std::string::npos) return said;
    said.code = Code::invalid;
    said.mend = "Correct the service's command, entrypoint, user or limits.";
    return said;
}

}  // namespace

Task<Result<Made>> DockerDriver::make(NetworkIntent intent)
{
    const auto existing = co_await engine_.inspect_network(intent.name);
    if (existing) {
        if (!label::same_owner(existing->labels, intent.labels))
            co_return not_ours(EntryType::network, intent.name);
        co_return Made{.external_id = existing->id};
    }
    if (existing.error().code != Code::not_found) co_return existing.error();
    const auto created = co_await engine_.create_network(network_config(intent, options_.bridges));
    if (!created) co_return created.error();
    co_return Made{.external_id = *created};
}

Task<Result<Made>> DockerDriver::make(VolumeIntent intent)
{
    // One of that name is given back as it is, so this creates and looks in one.
    const auto volume = co_await engine_.create_volume(intent.name, intent.labels);
    if (!volume) co_return volume.error();
    if (!label::same_owner(volume->labels, intent.labels))
        co_return not_ours(EntryType::volume, intent.name);
    co_return Made{.external_id = volume->name};
}

/// An address of the first network that no container of the environment has, running or not: the
/// Engine knows only those that run.
Task<Result<std::string>> DockerDriver::reserve_address(ContainerIntent intent)
{
    if (intent.attachments.empty()) co_return std::string{};
    const auto network = co_await engine_.inspect_network(intent.attachments.front().network);
    if (!network) co_return network.error();
    const auto range = Subnet::parse(network->subnets.empty() ? "" : network->subnets.front());
    if (!range) co_return range.error().during("network " + network->name);
    const std::string environment = label::value(intent.labels, environment_label);
    const docker::Labels whose{
        {std::string(environment_label), environment}
    };
    const auto containers = co_await engine_.list_containers(whose);
    if (!containers) co_return containers.error();

    std::set<std::string> taken = reserved_;
    for (const auto& each : *containers) {
        taken.insert(label::value(each.labels, address_label));
        for (const auto& [name, address] : each.addresses)
            taken.insert(address);
    }
    for (std::uint32_t i = 0; i < range->hosts(); ++i) {
        const std::string address = range->host(i).text();
        if (!taken.contains(address)) co_return address;
    }
    co_return Error{Code::too_many, fmt::format("network {} has no free address", network->name)};
}

Task<Result<docker::Container>> DockerDriver::create(ContainerIntent intent)
{
    const auto image = co_await engine_.inspect_image(intent.image);
    if (!image) co_return no_image(image.error(), intent);
    const auto address = co_await reserve_address(intent);
    if (!address) co_return address.error();
    const auto config = container_config(intent, *image, options_, *address);
    if (!config) co_return config.error();

    reserved_.insert(*address);
    const auto created = co_await engine_.create_container(*config);
    reserved_.erase(*address);
    // Somebody may have been quicker; the caller looks whose it is.
    if (!created && created.error().code != Code::conflict)
        co_return no_image(created.error(), intent);
    co_return co_await engine_.inspect_container(intent.name);
}

Task<Result<>>
DockerDriver::bring_up(ContainerIntent intent, docker::Container made, std::stop_token stop)
{
    for (const Attachment& joined : intent.attachments) {
        if (made.networks.contains(joined.network)) continue;
        const docker::Endpoint endpoint{.network = joined.network, .aliases = joined.aliases};
        const auto connected = co_await engine_.connect(made.id, endpoint);
        if (!connected) co_return connected.error();
    }
    const auto filled = co_await fill(engine_, made.id, intent.contents, stop);
    if (!filled) co_return filled.error();
    if (stop.stop_requested()) co_return Error{Code::cancelled, "the call was cancelled"};
    const auto started = co_await engine_.start(made.id);
    if (!started) co_return start_failure(started.error(), intent);
    co_return ok();
}

Task<Result<Made>> DockerDriver::make(ContainerIntent intent, std::stop_token stop)
{
    auto there = co_await engine_.inspect_container(intent.name);
    if (!there && there.error().code == Code::not_found) there = co_await create(intent);
    if (!there) co_return there.error();
    if (!label::same_owner(there->labels, intent.labels))
        co_return not_ours(EntryType::container, intent.name);
    // What has run once is adopted as it is: a job that ended must not run again.
    if (there->state.status == docker::Status::created) {
        const auto up = co_await bring_up(intent, *there, stop);
        if (!up) co_return up.error();
    }
    const auto now = co_await engine_.inspect_container(there->id);
    if (!now) co_return now.error();
    co_return made(*now, intent.attachments.empty() ? nullptr : &intent.attachments.front());
}

Task<Result<Made>> DockerDriver::apply(Intent intent, std::stop_token stop)
{
    if (stop.stop_requested()) co_return Error{Code::cancelled, "the call was cancelled"};
    if (const auto* network = std::get_if<NetworkIntent>(&intent))
        co_return co_await make(*network);
    if (const auto* volume = std::get_if<VolumeIntent>(&intent)) co_return co_await make(*volume);
    co_return co_await make(std::get<ContainerIntent>(std::move(intent)), stop);
}

}  // namespace diorama
