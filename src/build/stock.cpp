#include "build/docker_builder.hpp"
#include "model/labels.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

// What a Docker Engine holds of what we built.

namespace diorama {

/// Containers of steps that their Engine did not live to end: after its restart nobody else takes
/// them away. A scene's has its environment's label; a build that runs keeps its own.
Task<> DockerBuilder::remove_orphans(docker::Labels labels)
{
    const auto builds = [this] {
        return std::ranges::any_of(running_, [](const auto& each) { return each.second > 0; });
    };
    if (builds()) co_return;
    const auto found = co_await engine_.list_containers(labels);
    if (!found || builds()) co_return;
    for (const auto& each : *found)
        if (!each.labels.contains(std::string(environment_label)))
            co_await engine_.remove_container(each.id, true, true);
}

Task<Result<std::vector<std::string>>> DockerBuilder::made(std::map<std::string, std::string> labels
)
{
    co_await remove_orphans({labels.begin(), labels.end()});
    const auto images = co_await engine_.list_images({labels.begin(), labels.end()});
    if (!images) co_return images.error();
    std::set<std::string> named;
    for (const auto& image : *images)
        named.insert(image.tags.begin(), image.tags.end());
    std::vector<std::string> references;
    for (const auto& image : *images) {
        if (image.tags.empty()) references.push_back(image.id);
    }
    for (const std::string& reference : named) {
        // A stage goes with its image; one whose image is gone goes by itself.
        const auto whole = image_of_stage(reference);
        if (!whole || !named.contains(*whole)) references.push_back(reference);
    }
    co_return references;
}

Task<Result<Stock>> DockerBuilder::stock(std::map<std::string, std::string> labels)
{
    const auto images = co_await engine_.list_images({labels.begin(), labels.end()});
    if (!images) co_return images.error();
    Stock stock;
    for (const auto& image : *images) {
        for (const std::string& reference : image.tags)
            stock.sizes[image_of_stage(reference).value_or(reference)] += image.size;
    }
    stock.disk = co_await disk();
    co_return stock;
}

/// Of the Engine's folder, where the Engine is on this machine.
Task<std::optional<Stock::Disk>> DockerBuilder::disk()
{
    if (engine_.address().kind != Address::Kind::local) co_return std::nullopt;
    const auto info = co_await engine_.info();
    if (!info || info->root_dir.empty()) co_return std::nullopt;
    const auto look = [folder = info->root_dir]() -> std::optional<Stock::Disk> {
        std::error_code failed;
        const auto space = std::filesystem::space(folder, failed);
        if (failed) return std::nullopt;
        return Stock::Disk{.size = space.capacity, .free = space.available};
    };
    co_return co_await blocking(scheduler_, look);
}

}  // namespace diorama
