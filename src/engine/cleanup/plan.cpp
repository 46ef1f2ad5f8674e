#include "engine/cleanup/plan.hpp"

#include "base/byte_size.hpp"
#include "engine/brake.hpp"
#include "store/environments.hpp"

#include <algorithm>

namespace diorama {

namespace {

std::optional<Orphan> orphan(const Stray& stray, const std::map<EnvironmentId, State>& known)
{
    const auto owner = known.find(stray.environment);
    if (owner == known.end())
        return Orphan{stray, "no environment is known that it belongs to", true};
    if (owner->second == State::destroyed) return Orphan{stray, "its environment is gone"};
    if (stray.type == EntryType::container)
        return Orphan{stray, "its environment has no row of it"};
    return std::nullopt;
}

/// How much shall go, and why.
struct Excess {
    std::uint64_t bytes = 0;
    std::string why;
};

std::uint64_t beyond(std::uint64_t taken, std::uint64_t allowed)
{
    return taken > allowed ? taken - allowed : 0;
}

/// Up to the low mark once the high one is passed: not a little each time.
Excess excess_of_disk(const CleanupSettings& settings, const Stock::Disk& disk)
{
    const std::uint64_t taken = disk.size - std::min(disk.free, disk.size);
    if (disk.size == 0 || beyond(taken, disk.size / 100 * settings.disk_high) == 0) return {};
    return {
        beyond(taken, disk.size / 100 * settings.disk_low),
        fmt::format("the disk is {} % full", taken / (disk.size / 100))
    };
}

Excess excess_of_images(const CleanupSettings& settings, const Stock& stock)
{
    std::uint64_t taken = 0;
    for (const auto& [reference, bytes] : stock.sizes)
        taken += bytes;
    const std::uint64_t over = settings.images == 0 ? 0 : beyond(taken, settings.images);
    if (over == 0) return {};
    return {
        over,
        fmt::format(
            "images take {} of {}", human_byte_size({taken}), human_byte_size({settings.images})
        )
    };
}

std::uint64_t size_of(const Stock& stock, const std::string& reference)
{
    const auto found = stock.sizes.find(reference);
    return found == stock.sizes.end() ? 0 : found->second;
}

}  // namespace

std::vector<Orphan> orphans(
    const std::vector<Stray>& strays,
    const std::map<EnvironmentId, State>& known,
    std::size_t scenes
)
{
    std::vector<Orphan> all;
    std::set<EnvironmentId> unknown;
    for (const Stray& stray : strays) {
        auto found = orphan(stray, known);
        if (!found) continue;
        if (found->unknown) unknown.insert(stray.environment);
        all.push_back(*std::move(found));
    }
    if (!too_many_at_once(unknown.size(), scenes)) return all;
    for (Orphan& each : all)
        each.held = each.unknown;
    return all;
}

std::vector<Orphan> orphans(Tx& tx, const std::vector<Stray>& strays, std::size_t scenes)
{
    std::map<EnvironmentId, State> known;
    for (const Stray& stray : strays) {
        const auto owner = environments::find(tx, stray.environment);
        if (owner) known.emplace(owner->id, owner->state);
    }
    return orphans(strays, known, scenes);
}

std::vector<SpareImage> spare_images(
    const CleanupSettings& settings,
    const std::vector<image_uses::Listed>& listed,
    const Stock& stock
)
{
    std::vector<SpareImage> all;
    std::uint64_t freed = 0;
    const auto add = [&](const image_uses::Listed& image, std::string why) {
        const std::uint64_t bytes = size_of(stock, image.reference);
        freed += bytes;
        all.push_back({image.reference, bytes, std::move(why)});
    };
    for (const auto& image : listed) {
        if (image.uses == 0) add(image, "no environment uses it");
    }
    Excess excess = excess_of_images(settings, stock);
    if (stock.disk) {
        Excess of_disk = excess_of_disk(settings, *stock.disk);
        if (of_disk.bytes > excess.bytes) excess = std::move(of_disk);
    }
    for (const auto& image : listed) {
        if (freed >= excess.bytes) break;
        if (image.uses > 0 && !image.needed)
            add(image, excess.why + ", and only older versions use it");
    }
    return all;
}

}  // namespace diorama
