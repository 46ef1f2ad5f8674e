#include "docker/api.hpp"

namespace diorama::docker {

namespace {

struct VolumeAnswer {
    std::string Name, Driver, Mountpoint;
    Labels Labels_;
    std::map<std::string, std::string> Options;
};
BOOST_DESCRIBE_STRUCT(VolumeAnswer, (), (Name, Driver, Mountpoint, Labels_, Options))

struct VolumesAnswer {
    std::vector<VolumeAnswer> Volumes;
};
BOOST_DESCRIBE_STRUCT(VolumesAnswer, (), (Volumes))

Volume described(VolumeAnswer answer)
{
    return {
        .name = std::move(answer.Name),
        .driver = std::move(answer.Driver),
        .mountpoint = std::move(answer.Mountpoint),
        .labels = std::move(answer.Labels_),
        .options = std::move(answer.Options),
    };
}

}  // namespace

Task<Result<Volume>> Engine::create_volume(std::string name, Labels labels)
{
    Call call{
        .method = "POST",
        .path = "/volumes/create",
        .tried = fmt::format("create volume '{}'", name)
    };
    call.body = Node(Node::Map{
        {"Name",   name           },
        {"Labels", to_node(labels)}
    });
    auto answer = co_await api_->ask<VolumeAnswer>(std::move(call));
    if (!answer) co_return answer.error();
    co_return described(std::move(*answer));
}

Task<Result<Volume>> Engine::inspect_volume(Ref volume)
{
    auto answer = co_await api_->ask<VolumeAnswer>(
        {.path = object_path("volumes", volume), .tried = fmt::format("inspect volume '{}'", volume)
        }
    );
    if (!answer) co_return answer.error();
    co_return described(std::move(*answer));
}

Task<Result<std::vector<Volume>>> Engine::list_volumes(Labels labels)
{
    Call call{
        .path = "/volumes", .tried = "list volumes", .query = {{"filters", label_filter(labels)}}
    };
    auto answer = co_await api_->ask<VolumesAnswer>(std::move(call));
    if (!answer) co_return answer.error();
    std::vector<Volume> volumes;
    for (auto& each : answer->Volumes)
        volumes.push_back(described(std::move(each)));
    co_return volumes;
}

Task<Result<>> Engine::remove_volume(Ref volume, bool force, std::stop_token stop)
{
    return api_->tell(
        {.method = "DELETE",
         .path = object_path("volumes", volume),
         .tried = fmt::format("remove volume '{}'", volume),
         .query = {{"force", force ? "1" : "0"}},
         .stop = std::move(stop)}
    );
}

}  // namespace diorama::docker
