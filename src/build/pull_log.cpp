#include "build/pull_log.hpp"

#include "base/byte_size.hpp"
#include "base/unicode.hpp"

#include <algorithm>

namespace diorama {

PullLog::PullLog(std::string image, LineSink line)
    : image_(image.empty() ? "" : std::move(image) + ": "),
      line_(std::move(line))
{}

void PullLog::take(const docker::Progress& progress)
{
    const std::string& status = progress.status;
    if (progress.id.empty() || status.starts_with("Pulling from")) {
        if (!status.empty()) line_(image_ + status);
        return;
    }
    Layer& layer = layers_[progress.id];
    const bool there = status == "Pull complete" || status == "Already exists";
    if (there) {
        layer.complete = true;
        layer.current = layer.total;
    }
    if (status == "Download complete") layer.current = layer.total;
    if (status == "Downloading") {
        layer.current = progress.current;
        layer.total = std::max(progress.total, progress.current);
    }
    tell();
}

void PullLog::tell()
{
    std::uint64_t current = 0, total = 0;
    std::size_t complete = 0;
    for (const auto& [id, layer] : layers_) {
        current += layer.current;
        total += layer.total;
        complete += layer.complete ? 1 : 0;
    }
    const std::uint64_t tenths = total == 0 ? 0 : current * 10 / total;
    if (complete <= complete_ && tenths <= tenths_) return;
    complete_ = std::max(complete, complete_);
    tenths_ = std::max(tenths, tenths_);
    line_(fmt::format(
        "{}{} of {} layers, {} of {}",
        image_,
        complete,
        layers_.size(),
        human_byte_size({current}),
        human_byte_size({total})
    ));
}

std::string registry_of(std::string_view reference)
{
    const auto slash = reference.find('/');
    const auto first = reference.substr(0, slash);
    const bool is_host =
        slash != std::string_view::npos &&
        (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
    if (!is_host || first == "index.docker.io" || first == "registry-1.docker.io")
        return "docker.io";
    return std::string(first);
}

Error not_obtained(std::string_view image, const Error& told)
{
    const std::string registry = registry_of(image);
    const bool denied = told.code == Code::unauthorized || told.code == Code::forbidden ||
                        told.message.contains("denied") || told.message.contains("unauthorized") ||
                        told.message.contains("no basic auth");
    std::string mend =
        fmt::format("Make it available locally, or let this machine reach {}.", registry);
    if (denied)
        mend = fmt::format(
            "Check its name, and log in by registries.\"{}\" in diorama.toml.", registry
        );
    else if (told.code == Code::not_found)
        mend = "Check its name and tag, or make it available locally.";
    return {
        told.code,
        fmt::format(
            "the image {} is not on this machine and could not be had from {}: {}",
            display(image),
            registry,
            display(told.message, 500)
        ),
        std::move(mend)
    };
}

}  // namespace diorama
