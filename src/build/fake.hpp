#pragma once

#include "base/scheduler.hpp"
#include "base/sha256.hpp"
#include "build/build.hpp"
#include "model/files.hpp"
#include "model/naming.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace diorama {

/// A builder in memory: an image is the hash of its context. Takes `build_time` on the scheduler's
/// clock and answers `fault` while it is set.
class FakeBuilder final : public Builder {
public:
    explicit FakeBuilder(Scheduler& scheduler) : scheduler_(scheduler) {}

    milliseconds build_time = seconds{2};
    std::optional<Error> fault;
    std::set<std::string> images;                                      ///< References that exist.
    std::map<std::string, std::map<std::string, std::string>> labels;  ///< Of each image.
    std::vector<std::string> built;              ///< Services, in the order their builds began.
    std::map<std::string, std::size_t> waiting;  ///< Places in the queue, by owner; as set.
    std::size_t cancelled = 0;                   ///< Builds that were stopped half-way.
    std::uint64_t image_size = 100'000'000;      ///< Bytes of each image.
    std::optional<Stock::Disk> disk;
    std::map<std::string, std::vector<std::uint16_t>> ports;  ///< EXPOSE of a foreign image.

    Task<Result<Image>>
    build(BuildOrder order, Files& files, LineSink line, std::stop_token stop) override
    {
        const std::string key = key_of(order, files);
        const std::string reference = image_name(order.project, order.service, key);
        if (!order.rebuild && images.contains(reference))
            co_return Image{.reference = reference, .id = "sha256:" + key};
        built.push_back(order.service);
        line("Step 1/1 : FROM scratch");
        const milliseconds limit = order.limit.count() > 0 ? order.limit : hours{24};
        const Deadline deadline(scheduler_, limit, stop);
        const bool slept = co_await sleep(scheduler_, build_time, deadline.token());
        if (!slept) {
            ++cancelled;
            if (deadline.expired()) co_return too_slow(order.service, limit);
            co_return Error{Code::cancelled, "the build was stopped"};
        }
        if (fault) co_return *fault;
        images.insert(reference);
        labels[reference] = order.labels;
        co_return Image{.reference = reference, .id = "sha256:" + key, .fresh = true};
    }

    std::optional<std::size_t> position(const std::string& owner) const override
    {
        const auto found = waiting.find(owner);
        return found == waiting.end() ? std::nullopt : std::optional(found->second);
    }

    Task<Result<Image>> obtain(ImageOrder order, LineSink, std::stop_token) override
    {
        if (fault) co_return *fault;
        co_return Image{
            .reference = order.reference, .id = order.reference, .ports = ports[order.reference]
        };
    }

    Task<Result<std::vector<std::string>>> made(std::map<std::string, std::string> wanted) override
    {
        std::vector<std::string> found;
        for (const std::string& reference : images) {
            if (std::ranges::includes(labels[reference], wanted)) found.push_back(reference);
        }
        co_return found;
    }

    Task<Result<Stock>> stock(std::map<std::string, std::string> wanted) override
    {
        if (fault) co_return *fault;
        Stock stock{.sizes = {}, .disk = disk};
        for (const std::string& reference : images) {
            if (std::ranges::includes(labels[reference], wanted))
                stock.sizes.emplace(reference, image_size);
        }
        co_return stock;
    }

    Task<Result<>> remove(std::string reference) override
    {
        images.erase(reference);
        co_return ok();
    }

private:
    static std::string key_of(const BuildOrder& order, const Files& files)
    {
        const std::string below = order.spec.context == "." ? "" : order.spec.context + "/";
        Sha256 hash;
        hash.update(order.scope + "\n");
        for (const FileEntry& file : files.entries()) {
            if (file.path.starts_with(below)) hash.update(file.path + "\n" + file.object + "\n");
        }
        return hash.hex();
    }

    Scheduler& scheduler_;
};

}  // namespace diorama
