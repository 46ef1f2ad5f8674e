#include "docker/container_read.hpp"

#include "docker/api.hpp"

#include <algorithm>

// The structs are spelled as the Engine spells its answers (API 1.41, ContainerInspect).
namespace diorama::docker {

namespace {

using Map = std::map<std::string, std::string>;

struct ProbeAnswer {
    std::int64_t ExitCode = 0;
    std::string Output;
};
BOOST_DESCRIBE_STRUCT(ProbeAnswer, (), (ExitCode, Output))
struct HealthAnswer {
    std::string Status;
    std::vector<ProbeAnswer> Log;
};
BOOST_DESCRIBE_STRUCT(HealthAnswer, (), (Status, Log))
struct StateAnswer {
    std::string Status, Error, StartedAt, FinishedAt;
    std::int64_t ExitCode = 0;
    bool OOMKilled = false;
    std::optional<HealthAnswer> Health;
};
BOOST_DESCRIBE_STRUCT(
    StateAnswer, (), (Status, Error, StartedAt, FinishedAt, ExitCode, OOMKilled, Health)
)

struct ConfigAnswer {
    std::string Image, User, Hostname, WorkingDir;
    std::optional<std::string> StopSignal;
    bool Tty = false;
    Map Labels_;
    std::map<std::string, Node> ExposedPorts;
    std::vector<std::string> Env, Entrypoint, Cmd;
};
BOOST_DESCRIBE_STRUCT(
    ConfigAnswer,
    (),
    (Image, User, Hostname, WorkingDir, StopSignal, Tty, Labels_, ExposedPorts, Env, Entrypoint, Cmd
    )
)

struct PolicyAnswer {
    std::string Name;
};
BOOST_DESCRIBE_STRUCT(PolicyAnswer, (), (Name))
struct LogAnswer {
    std::string Type;
    Map Config;
};
BOOST_DESCRIBE_STRUCT(LogAnswer, (), (Type, Config))
struct UlimitAnswer {
    std::string Name;
    std::int64_t Soft = 0, Hard = 0;
};
BOOST_DESCRIBE_STRUCT(UlimitAnswer, (), (Name, Soft, Hard))
struct DeviceAnswer {
    std::string PathOnHost;
};
BOOST_DESCRIBE_STRUCT(DeviceAnswer, (), (PathOnHost))
struct DeviceRequestAnswer {
    std::string Driver;
};
BOOST_DESCRIBE_STRUCT(DeviceRequestAnswer, (), (Driver))

struct HostAnswer {
    bool Privileged = false, PublishAllPorts = false, ReadonlyRootfs = false;
    std::string NetworkMode, PidMode, IpcMode, UTSMode, UsernsMode, CgroupnsMode, Runtime,
        CgroupParent;
    PolicyAnswer RestartPolicy;
    std::uint64_t Memory = 0, ShmSize = 0;
    std::int64_t MemorySwap = 0, NanoCpus = 0;
    std::optional<std::int64_t> PidsLimit;
    std::vector<std::string> CapAdd, CapDrop, SecurityOpt, GroupAdd, Binds, VolumesFrom, Links,
        ExtraHosts, Dns;
    std::vector<DeviceAnswer> Devices;
    std::vector<DeviceRequestAnswer> DeviceRequests;
    std::map<std::string, Node> PortBindings;
    Map Sysctls;
    std::vector<UlimitAnswer> Ulimits;
    LogAnswer LogConfig_;
};
BOOST_DESCRIBE_STRUCT(
    HostAnswer,
    (),
    (Privileged,
     PublishAllPorts,
     ReadonlyRootfs,
     NetworkMode,
     PidMode,
     IpcMode,
     UTSMode,
     UsernsMode,
     CgroupnsMode,
     Runtime,
     CgroupParent,
     RestartPolicy,
     Memory,
     ShmSize,
     MemorySwap,
     NanoCpus,
     PidsLimit,
     CapAdd,
     CapDrop,
     SecurityOpt,
     GroupAdd,
     Binds,
     VolumesFrom,
     Links,
     ExtraHosts,
     Dns,
     Devices,
     DeviceRequests,
     PortBindings,
     Sysctls,
     Ulimits,
     LogConfig_)
)

struct EndpointAnswer {
    std::string NetworkID, IPAddress, GlobalIPv6Address;
    std::vector<std::string> Aliases;
};
BOOST_DESCRIBE_STRUCT(EndpointAnswer, (), (NetworkID, IPAddress, GlobalIPv6Address, Aliases))
struct NetworksAnswer {
    std::map<std::string, EndpointAnswer> Networks;
};
BOOST_DESCRIBE_STRUCT(NetworksAnswer, (), (Networks))

struct MountAnswer {
    std::string Type, Name, Source, Destination;
    bool RW = false;
};
BOOST_DESCRIBE_STRUCT(MountAnswer, (), (Type, Name, Source, Destination, RW))

struct ContainerAnswer {
    std::string Id, Name, Image, Created;
    StateAnswer State;
    ConfigAnswer Config;
    HostAnswer HostConfig_;
    NetworksAnswer NetworkSettings;
    std::vector<MountAnswer> Mounts;
    std::uint64_t RestartCount = 0;
};
BOOST_DESCRIBE_STRUCT(
    ContainerAnswer,
    (),
    (Id, Name, Image, Created, State, Config, HostConfig_, NetworkSettings, Mounts, RestartCount)
)

struct SummaryAnswer {
    std::string Id, Image, ImageID, State, Status;
    std::vector<std::string> Names;
    Map Labels_;
    NetworksAnswer NetworkSettings;
};
BOOST_DESCRIBE_STRUCT(
    SummaryAnswer, (), (Id, Image, ImageID, State, Status, Names, Labels_, NetworkSettings)
)

std::string without_slash(std::string_view name)
{
    return std::string(name.starts_with('/') ? name.substr(1) : name);
}

Status read_status(std::string_view text)
{
    static constexpr std::array<std::pair<std::string_view, Status>, 7> names{
        {
         {"created", Status::created},
         {"running", Status::running},
         {"paused", Status::paused},
         {"restarting", Status::restarting},
         {"removing", Status::removing},
         {"exited", Status::exited},
         {"dead", Status::dead},
         }
    };
    const auto* found = std::ranges::find(names, text, &std::pair<std::string_view, Status>::first);
    return found == names.end() ? Status::dead : found->second;
}

Health read_health(std::string_view text)
{
    if (text == "starting") return Health::starting;
    if (text == "healthy") return Health::healthy;
    return text == "unhealthy" ? Health::unhealthy : Health::none;
}

ContainerState described(StateAnswer answer)
{
    ContainerState state{
        .status = read_status(answer.Status),
        .exit_code = answer.ExitCode,
        .oom_killed = answer.OOMKilled,
        .error = std::move(answer.Error),
        .started_at = read_time(answer.StartedAt),
        .finished_at = read_time(answer.FinishedAt),
    };
    if (!answer.Health) return state;
    state.health = read_health(answer.Health->Status);
    for (auto& probe : answer.Health->Log)
        state.probes.push_back({probe.ExitCode, std::move(probe.Output)});
    return state;
}

HostConfig described(HostAnswer answer)
{
    HostConfig host{
        .privileged = answer.Privileged,
        .publish_all_ports = answer.PublishAllPorts,
        .read_only = answer.ReadonlyRootfs,
        .network_mode = std::move(answer.NetworkMode),
        .pid_mode = std::move(answer.PidMode),
        .ipc_mode = std::move(answer.IpcMode),
        .uts_mode = std::move(answer.UTSMode),
        .userns_mode = std::move(answer.UsernsMode),
        .cgroupns_mode = std::move(answer.CgroupnsMode),
        .runtime = std::move(answer.Runtime),
        .cgroup_parent = std::move(answer.CgroupParent),
        .restart_policy = std::move(answer.RestartPolicy.Name),
        .memory = answer.Memory,
        .memory_swap = answer.MemorySwap,
        .nano_cpus = answer.NanoCpus,
        .pids_limit = answer.PidsLimit.value_or(0),
        .shm_size = answer.ShmSize,
        .cap_add = std::move(answer.CapAdd),
        .cap_drop = std::move(answer.CapDrop),
        .security_opt = std::move(answer.SecurityOpt),
        .group_add = std::move(answer.GroupAdd),
        .binds = std::move(answer.Binds),
        .volumes_from = std::move(answer.VolumesFrom),
        .links = std::move(answer.Links),
        .extra_hosts = std::move(answer.ExtraHosts),
        .dns = std::move(answer.Dns),
        .sysctls = std::move(answer.Sysctls),
        .log = {std::move(answer.LogConfig_.Type), std::move(answer.LogConfig_.Config)},
    };
    for (auto& device : answer.Devices)
        host.devices.push_back(std::move(device.PathOnHost));
    for (auto& request : answer.DeviceRequests)
        host.devices.push_back("request:" + request.Driver);
    for (const auto& [port, ignored] : answer.PortBindings)
        host.published_ports.push_back(port);
    for (auto& each : answer.Ulimits)
        host.ulimits.push_back({std::move(each.Name), each.Soft, each.Hard});
    return host;
}

void describe_config(ConfigAnswer answer, Container& into)
{
    into.image = std::move(answer.Image);
    into.user = std::move(answer.User);
    into.hostname = std::move(answer.Hostname);
    into.working_dir = std::move(answer.WorkingDir);
    into.stop_signal = answer.StopSignal.value_or("");
    into.tty = answer.Tty;
    into.labels = std::move(answer.Labels_);
    into.exposed_ports = read_ports(answer.ExposedPorts);
    into.environment = std::move(answer.Env);
    into.entrypoint = std::move(answer.Entrypoint);
    into.command = std::move(answer.Cmd);
}

}  // namespace

Result<Container> read_container(std::string_view body, std::string_view tried)
{
    auto answer = read_answer<ContainerAnswer>(body, tried);
    if (!answer) return answer.error();
    Container container{
        .id = std::move(answer->Id),
        .name = without_slash(answer->Name),
        .image_id = std::move(answer->Image),
        .created = read_time(answer->Created).value_or(Instant{}),
        .state = described(std::move(answer->State)),
        .restarts = answer->RestartCount,
        .host = described(std::move(answer->HostConfig_)),
    };
    describe_config(std::move(answer->Config), container);
    for (auto& [name, each] : answer->NetworkSettings.Networks) {
        container.networks[name] = {
            std::move(each.NetworkID),
            std::move(each.IPAddress),
            std::move(each.GlobalIPv6Address),
            std::move(each.Aliases)
        };
    }
    for (auto& each : answer->Mounts) {
        container.mounts.push_back(
            {std::move(each.Type),
             std::move(each.Name),
             std::move(each.Source),
             std::move(each.Destination),
             each.RW}
        );
    }
    return container;
}

Result<std::vector<ContainerSummary>> read_containers(std::string_view body, std::string_view tried)
{
    auto answers = read_answer<std::vector<SummaryAnswer>>(body, tried);
    if (!answers) return answers.error();
    std::vector<ContainerSummary> containers;
    for (auto& answer : *answers) {
        ContainerSummary summary{
            .id = std::move(answer.Id),
            .name = answer.Names.empty() ? "" : without_slash(answer.Names.front()),
            .image = std::move(answer.Image),
            .image_id = std::move(answer.ImageID),
            .status = read_status(answer.State),
            .status_text = std::move(answer.Status),
            .labels = std::move(answer.Labels_),
        };
        for (auto& [name, each] : answer.NetworkSettings.Networks)
            summary.addresses.emplace(name, std::move(each.IPAddress));
        containers.push_back(std::move(summary));
    }
    return containers;
}

}  // namespace diorama::docker
