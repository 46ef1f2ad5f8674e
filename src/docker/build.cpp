#include "base/text.hpp"
#include "docker/api.hpp"
#include "docker/progress.hpp"
#include "docker/registry_auth.hpp"

#include <algorithm>

namespace diorama::docker {

namespace {

Query build_query(const BuildOptions& options)
{
    Query query{
        {"version",    "1"                                },
        {"dockerfile", options.dockerfile                 },
        {"rm",         "1"                                },
        {"forcerm",    "1"                                },
        {"buildargs",  write_json(to_node(options.args))  },
        {"labels",     write_json(to_node(options.labels))},
    };
    const auto add = [&](std::string_view name, std::string value, bool wanted) {
        if (wanted) query.emplace_back(name, std::move(value));
    };
    for (const auto& tag : options.tags)
        add("t", tag, true);
    add("target", options.target, !options.target.empty());
    add("cachefrom", write_json(to_node(options.cache_from)), !options.cache_from.empty());
    add("networkmode", options.network_mode, !options.network_mode.empty());
    add("platform", options.platform, !options.platform.empty());
    add("memory", std::to_string(options.memory), options.memory != 0);
    add("memswap", std::to_string(options.memory), options.memory != 0);
    add("cpuquota", std::to_string(options.cpu_quota), options.cpu_quota != 0);
    add("cpuperiod", std::to_string(options.cpu_period), options.cpu_quota != 0);
    add("cpushares", std::to_string(options.cpu_shares), options.cpu_shares != 0);
    add("cgroupparent", options.cgroup_parent, !options.cgroup_parent.empty());
    add("pull", "1", options.pull);
    add("nocache", "1", options.no_cache);
    return query;
}

/// Reads progress to its end. The last image id told, or the failure told, as `fallback` unless its
/// words say more.
Task<Result<std::string>>
follow(ByteStream& stream, OnProgress progress, std::string tried, Code fallback)
{
    JsonLines lines;
    std::string image;
    for (;;) {
        const auto piece = co_await stream.next();
        if (!piece) co_return piece.error().during(tried);
        if (!*piece) co_return image;
        const auto texts = lines.feed(**piece);
        if (!texts) co_return texts.error().during(tried);
        for (const auto& text : *texts) {
            auto told = parse_progress(text);
            if (!told) co_return told.error().during(tried);
            if (!told->image_id.empty()) image = told->image_id;
            const std::string failure = told->error;
            if (progress) progress(std::move(*told));
            if (!failure.empty()) co_return classified(fallback, tried, failure);
        }
    }
}

constexpr std::string_view running_in = " ---> Running in ";

/// The step's container that `progress` speaks of, if it does.
std::optional<std::string> step_container(const Progress& progress)
{
    if (!progress.stream.starts_with(running_in)) return std::nullopt;
    return std::string(trim(std::string_view(progress.stream).substr(running_in.size())));
}

}  // namespace

/// An Engine that is told to cancel at the moment a step starts may miss its container, which then
/// runs on unseen. What the log calls the step's container may be a lie of the build's own output:
/// only one that carries `mark` is ours. False when it is still there after ten seconds.
Task<bool> Engine::end_step(std::string container, std::string mark)
{
    for (int tries = 0; tries < 100; ++tries) {
        const auto seen = co_await inspect_container(container);
        if (!seen && seen.error().code == Code::not_found) co_return true;
        if (seen && std::ranges::find(seen->host.extra_hosts, mark) == seen->host.extra_hosts.end())
            co_return true;
        const auto removed = co_await remove_container(container, true, true);
        if (!removed && removed.error().code == Code::not_found) co_return true;
        co_await sleep(api_->loop, milliseconds{100});
    }
    co_return false;
}

Task<Result<std::string>> Engine::build(
    BuildOptions options,
    std::unique_ptr<ByteStream> context,
    OnProgress progress,
    std::stop_token stop
)
{
    const auto tried = options.tags.empty() ? "build an image"
                                            : fmt::format("build image '{}'", options.tags.front());
    Call call{.method = "POST", .path = "/build", .tried = tried, .query = build_query(options)};
    // A host name that means nothing, by which the build's own containers are known.
    const auto now = api_->loop.now().time_since_epoch().count();
    const auto mark = fmt::format("build-{}-{}.diorama.invalid:127.0.0.1", now, ++api_->builds);
    call.query.emplace_back("extrahosts", mark);
    call.upload = std::move(context);
    call.stop = std::move(stop);
    call.timeout = unlimited;
    if (!options.logins.empty())
        call.headers.set("X-Registry-Config", registry_config(options.logins));
    const auto response = co_await api_->open(std::move(call));
    if (!response) co_return response.error();
    std::string step;
    const OnProgress watch = [&](Progress told) {
        if (auto container = step_container(told)) step = std::move(*container);
        if (progress) progress(std::move(told));
    };
    auto image = co_await follow(*response->stream, watch, tried, Code::invalid);
    if (!image && image.error().code == Code::cancelled && !step.empty()) {
        const bool ended = co_await end_step(step, mark);
        if (!ended)
            co_return image.error().during(
                fmt::format("container {} of its last step is still there", step)
            );
    }
    if (image && image->empty())
        co_return Error{Code::unavailable, tried + ": the Engine ended without an image", ""};
    co_return image;
}

Task<Result<>> Engine::pull(PullOptions options, OnProgress progress, std::stop_token stop)
{
    const auto tried = fmt::format("pull {}", options.reference);
    auto [name, tag] = split_reference(options.reference);
    Call call{.method = "POST", .path = "/images/create", .tried = tried};
    call.query = {
        {"fromImage", std::move(name)}
    };
    // Without a tag the Engine would pull all there are.
    if (!tag.empty()) call.query.emplace_back("tag", std::move(tag));
    if (!options.platform.empty()) call.query.emplace_back("platform", options.platform);
    call.stop = std::move(stop);
    call.timeout = unlimited;
    if (options.login) call.headers.set("X-Registry-Auth", registry_auth(*options.login));
    const auto response = co_await api_->open(std::move(call));
    if (!response) co_return response.error();
    const auto done =
        co_await follow(*response->stream, std::move(progress), tried, Code::unavailable);
    if (!done) co_return done.error();
    co_return ok();
}

}  // namespace diorama::docker
