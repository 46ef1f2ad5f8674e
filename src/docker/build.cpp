#include "docker/api.hpp"
#include "docker/progress.hpp"
#include "docker/registry_auth.hpp"

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

}  // namespace

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
    call.upload = std::move(context);
    call.stop = std::move(stop);
    call.timeout = unlimited;
    if (!options.logins.empty())
        call.headers.set("X-Registry-Config", registry_config(options.logins));
    const auto response = co_await api_->open(std::move(call));
    if (!response) co_return response.error();
    auto image = co_await follow(*response->stream, std::move(progress), tried, Code::invalid);
    if (image && image->empty())
        co_return Error{Code::unavailable, tried + ": the Engine ended without an image", ""};
    co_return image;
}

Task<Result<>> Engine::pull(
    std::string reference,
    std::optional<RegistryLogin> login,
    OnProgress progress,
    std::stop_token stop
)
{
    const auto tried = fmt::format("pull {}", reference);
    auto [name, tag] = split_reference(reference);
    Call call{.method = "POST", .path = "/images/create", .tried = tried};
    call.query = {
        {"fromImage", std::move(name)}
    };
    // Without a tag the Engine would pull all there are.
    if (!tag.empty()) call.query.emplace_back("tag", std::move(tag));
    call.stop = std::move(stop);
    call.timeout = unlimited;
    if (login) call.headers.set("X-Registry-Auth", registry_auth(*login));
    const auto response = co_await api_->open(std::move(call));
    if (!response) co_return response.error();
    const auto done =
        co_await follow(*response->stream, std::move(progress), tried, Code::unavailable);
    if (!done) co_return done.error();
    co_return ok();
}

}  // namespace diorama::docker
