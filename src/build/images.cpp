#include "build/images.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "build/pull_log.hpp"

#include <algorithm>

namespace diorama {

namespace {

Image image_of(docker::Image found, std::string reference)
{
    std::ranges::sort(found.exposed_ports);
    return {
        .reference = std::move(reference),
        .id = std::move(found.id),
        .ports = std::move(found.exposed_ports),
        .user = std::move(found.user),
    };
}

/// As the Engine lists it: "docker.io/library/nginx" is "nginx".
std::string_view familiar(std::string_view reference)
{
    for (const std::string_view prefix : {"index.docker.io/", "docker.io/"}) {
        if (reference.starts_with(prefix)) reference.remove_prefix(prefix.size());
    }
    if (reference.starts_with("library/")) reference.remove_prefix(8);
    return reference;
}

/// True when `reference` names `image`. The Engine takes the beginning of an id for a name, too.
bool is_named(const docker::Image& image, std::string_view reference)
{
    const auto name = familiar(reference);
    const auto slash = name.rfind('/');
    const auto colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
    const bool tagged = colon != std::string_view::npos;
    const auto tag = tagged ? std::string(name) : fmt::format("{}:latest", name);
    const auto at = name.find('@');
    // A digest goes without the tag before it.
    const auto digest =
        at == std::string_view::npos
            ? std::string(name)
            : fmt::format("{}{}", name.substr(0, std::min(colon, at)), name.substr(at));
    return std::ranges::find(image.tags, tag) != image.tags.end() ||
           std::ranges::find(image.digests, digest) != image.digests.end();
}

/// "linux/arm/v7" is of another sort than "linux/arm64", and the Engine tells no variant.
bool fits(const docker::Image& image, std::string_view platform)
{
    const auto parts = split(platform, '/');
    return platform.empty() || (parts.size() > 1 && parts[0] == image.os && parts[1] == image.arch);
}

Error not_theirs(std::string_view reference)
{
    return {
        Code::refused,
        fmt::format("{} is an image that Diorama built, or the id of one", display(reference)),
        "Name an image of a registry, or build it in this repository."
    };
}

/// Also when it is here already: what our login brought is not for a stranger to read.
Error behind_login(std::string_view reference, std::string_view registry)
{
    return {
        Code::refused,
        fmt::format(
            "{} is of a registry that this installation logs in to, and this commit is a "
            "stranger's",
            display(reference)
        ),
        fmt::format("Use an image that needs no login to {}.", registry)
    };
}

}  // namespace

std::string stage_reference(std::string_view reference, std::size_t stage)
{
    return fmt::format("{}-stage-{}", reference, stage);
}

std::optional<std::string> image_of_stage(std::string_view reference)
{
    const auto at = reference.rfind("-stage-");
    if (at == std::string_view::npos) return std::nullopt;
    return std::string(reference.substr(0, at));
}

Images::Images(docker::Engine& engine, Registries registries)
    : engine_(engine),
      registries_(std::move(registries))
{}

Task<Result<std::optional<Image>>> Images::find(std::string reference)
{
    auto found = co_await engine_.inspect_image(reference);
    if (found) co_return image_of(*std::move(found), reference);
    if (found.error().code == Code::not_found) co_return std::nullopt;
    co_return found.error();
}

Task<Result<Image>> Images::obtain(ImageOrder order, LineSink line, std::stop_token stop)
{
    const std::string& reference = order.reference;
    if (familiar(reference).starts_with(built_prefix)) co_return not_theirs(reference);
    const std::string registry = registry_of(reference);
    if (order.untrusted && registries_.contains(registry))
        co_return behind_login(reference, registry);
    auto there = co_await engine_.inspect_image(reference);
    if (there && !is_named(*there, reference)) co_return not_theirs(reference);
    if (there && fits(*there, order.platform)) co_return image_of(*std::move(there), reference);
    if (!there && there.error().code != Code::not_found) co_return there.error();

    docker::PullOptions wanted{.reference = reference, .platform = order.platform};
    wanted.login = login(registry);
    co_return co_await pull(std::move(wanted), line, stop);
}

Task<Result<Image>> Images::pull(docker::PullOptions wanted, LineSink line, std::stop_token stop)
{
    const std::string reference = wanted.reference;
    PullLog log(reference, line);
    const auto progress = [&log](const docker::Progress& told) { log.take(told); };
    const auto pulled = co_await engine_.pull(std::move(wanted), progress, stop);
    if (!pulled && pulled.error().code == Code::cancelled) co_return pulled.error();
    if (!pulled) co_return not_obtained(reference, pulled.error());
    auto found = co_await engine_.inspect_image(reference);
    if (!found) co_return found.error();
    Image image = image_of(*std::move(found), reference);
    image.fresh = true;
    co_return image;
}

Task<Result<>> Images::remove(std::string reference)
{
    if (!reference.starts_with(built_prefix)) co_return co_await remove_nameless(reference);
    const auto removed = co_await engine_.remove_image(reference, false);
    if (!removed && removed.error().code == Code::conflict) co_return ok();
    if (!removed && removed.error().code != Code::not_found) co_return removed.error();
    co_return co_await remove_stages(std::move(reference));
}

/// What a build that was cut off left. Whatever has a name by now is somebody's.
Task<Result<>> Images::remove_nameless(std::string id)
{
    const auto there = co_await engine_.inspect_image(id);
    if (!there && there.error().code != Code::not_found) co_return there.error();
    const bool is_left = there && there->id == id && there->tags.empty();
    if (!is_left || !there->labels.contains(std::string(cache_label))) co_return ok();
    const auto removed = co_await engine_.remove_image(id, false);
    if (!removed && removed.error().code != Code::conflict) co_return removed.error();
    co_return ok();
}

/// The last first: what is left after a crash is found again.
Task<Result<>> Images::remove_stages(std::string reference)
{
    std::size_t stages = 0;
    for (;; ++stages) {
        const auto there = co_await engine_.inspect_image(stage_reference(reference, stages));
        if (!there && there.error().code != Code::not_found) co_return there.error();
        if (!there) break;
    }
    while (stages-- > 0) {
        const auto gone = co_await engine_.remove_image(stage_reference(reference, stages), false);
        if (!gone && gone.error().code != Code::not_found) co_return gone.error();
    }
    co_return ok();
}

Logins Images::logins() const
{
    Logins all;
    for (const auto& [registry, who] : registries_) {
        auto found = login(registry);
        if (!found) continue;
        const std::string server = found->server;
        all.emplace(server, *std::move(found));
    }
    return all;
}

std::optional<docker::RegistryLogin> Images::login(std::string_view registry) const
{
    const auto found = registries_.find(std::string(registry));
    if (found == registries_.end()) return std::nullopt;
    const bool hub = registry == "docker.io";
    return docker::RegistryLogin{
        .server = hub ? "https://index.docker.io/v1/" : found->first,
        .user = found->second.user,
        .password = found->second.password,
    };
}

}  // namespace diorama
