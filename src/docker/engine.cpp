#include "docker/engine.hpp"

#include "docker/api.hpp"
#include "docker/progress.hpp"

namespace diorama::docker {

Engine::Engine(Loop& loop, Address address)
    : api_(std::make_unique<EngineApi>(loop, std::move(address)))
{}
Engine::~Engine() = default;

const Address& Engine::address() const
{
    return api_->client.address();
}

namespace {

struct ComponentAnswer {
    std::string Name;
    std::string Version;
};
BOOST_DESCRIBE_STRUCT(ComponentAnswer, (), (Name, Version))

struct VersionAnswer {
    std::string Version, ApiVersion, Os, Arch, KernelVersion;
    std::vector<ComponentAnswer> Components;
};
BOOST_DESCRIBE_STRUCT(VersionAnswer, (), (Version, ApiVersion, Os, Arch, KernelVersion, Components))

struct InfoAnswer {
    std::string ID, Name, Driver, CgroupDriver, CgroupVersion, DefaultRuntime, DockerRootDir;
    std::int64_t NCPU = 0, Containers = 0, ContainersRunning = 0, Images = 0;
    std::uint64_t MemTotal = 0;
    std::vector<std::string> SecurityOptions, Warnings;
};
BOOST_DESCRIBE_STRUCT(
    InfoAnswer,
    (),
    (ID,
     Name,
     Driver,
     CgroupDriver,
     CgroupVersion,
     DefaultRuntime,
     DockerRootDir,
     NCPU,
     Containers,
     ContainersRunning,
     Images,
     MemTotal,
     SecurityOptions,
     Warnings)
)

struct VolumeUsage {
    std::int64_t Size = 0;  // -1 when the driver does not know.
};
BOOST_DESCRIBE_STRUCT(VolumeUsage, (), (Size))
struct Sized {
    std::int64_t Size = 0, SizeRw = 0;
    std::optional<VolumeUsage> UsageData;
    std::map<std::string, std::string> Labels;
};
BOOST_DESCRIBE_STRUCT(Sized, (), (Size, SizeRw, UsageData, Labels))
struct UsageAnswer {
    std::int64_t LayersSize = 0;
    std::vector<Sized> Containers, Volumes, BuildCache;
};
BOOST_DESCRIBE_STRUCT(UsageAnswer, (), (LayersSize, Containers, Volumes, BuildCache))

struct ActorAnswer {
    std::string ID;
    std::map<std::string, std::string> Attributes;
};
BOOST_DESCRIBE_STRUCT(ActorAnswer, (), (ID, Attributes))
struct EventAnswer {
    std::string Type, Action;
    ActorAnswer Actor;
    std::int64_t timeNano = 0;
};
BOOST_DESCRIBE_STRUCT(EventAnswer, (), (Type, Action, Actor, timeNano))

std::uint64_t positive(std::int64_t size)
{
    return size > 0 ? static_cast<std::uint64_t>(size) : 0;
}

Event described(EventAnswer answer)
{
    const auto at = std::chrono::nanoseconds(answer.timeNano);
    return {
        .type = std::move(answer.Type),
        .action = std::move(answer.Action),
        .id = std::move(answer.Actor.ID),
        .attributes = std::move(answer.Actor.Attributes),
        .at = Instant{std::chrono::duration_cast<milliseconds>(at)},
    };
}

}  // namespace

Task<Result<>> Engine::ping()
{
    return api_->tell({.path = "/_ping", .tried = "ping the Engine", .timeout = seconds{10}});
}

Task<Result<Version>> Engine::version()
{
    auto answer = co_await api_->ask<VersionAnswer>(
        {.path = "/version", .tried = "ask for the Engine's version"}
    );
    if (!answer) co_return answer.error();
    Version version{
        .engine = std::move(answer->Version),
        .api = std::move(answer->ApiVersion),
        .os = std::move(answer->Os),
        .arch = std::move(answer->Arch),
        .kernel = std::move(answer->KernelVersion),
    };
    for (auto& part : answer->Components)
        version.components.emplace(std::move(part.Name), std::move(part.Version));
    co_return version;
}

Task<Result<Info>> Engine::info()
{
    auto answer =
        co_await api_->ask<InfoAnswer>({.path = "/info", .tried = "ask the Engine about itself"});
    if (!answer) co_return answer.error();
    co_return Info{
        .id = std::move(answer->ID),
        .name = std::move(answer->Name),
        .cpus = answer->NCPU,
        .memory = answer->MemTotal,
        .storage_driver = std::move(answer->Driver),
        .cgroup_driver = std::move(answer->CgroupDriver),
        .cgroup_version = std::move(answer->CgroupVersion),
        .default_runtime = std::move(answer->DefaultRuntime),
        .root_dir = std::move(answer->DockerRootDir),
        .security_options = std::move(answer->SecurityOptions),
        .warnings = std::move(answer->Warnings),
        .containers = answer->Containers,
        .containers_running = answer->ContainersRunning,
        .images = answer->Images,
    };
}

Task<Result<DiskUsage>> Engine::disk_usage()
{
    auto answer = co_await api_->ask<UsageAnswer>(
        {.path = "/system/df", .tried = "ask for the Engine's disk usage", .timeout = minutes{5}}
    );
    if (!answer) co_return answer.error();
    DiskUsage usage{.images = positive(answer->LayersSize)};
    for (auto& each : answer->Containers) {
        usage.containers += positive(each.SizeRw);
        usage.written.push_back({std::move(each.Labels), positive(each.SizeRw)});
    }
    for (auto& each : answer->Volumes) {
        const auto bytes = each.UsageData ? positive(each.UsageData->Size) : 0;
        usage.volumes += bytes;
        usage.written.push_back({std::move(each.Labels), bytes});
    }
    for (const auto& each : answer->BuildCache)
        usage.build_cache += positive(each.Size);
    co_return usage;
}

Task<Result<>> Engine::events(
    Labels labels,
    std::optional<Instant> since,
    std::function<void(Event)> each,
    std::stop_token stop
)
{
    const std::string tried = "listen to the Engine's events";
    Call call{.path = "/events", .tried = tried, .stop = stop};
    call.query = {
        {"filters", label_filter(labels)}
    };
    if (since) call.query.emplace_back("since", write_time(*since));
    auto response = co_await api_->open(std::move(call));
    if (!response) co_return response.error();
    JsonLines lines;
    for (;;) {
        auto piece = co_await response->stream->next();
        if (!piece) co_return piece.error().during(tried);
        if (!*piece)
            co_return Error{Code::unavailable, tried + ": the Engine ended the stream", ""};
        const auto texts = lines.feed(**piece);
        if (!texts) co_return texts.error().during(tried);
        for (const auto& text : *texts) {
            auto answer = read_answer<EventAnswer>(text, tried);
            if (!answer) co_return answer.error();
            each(described(std::move(*answer)));
        }
    }
}

}  // namespace diorama::docker
