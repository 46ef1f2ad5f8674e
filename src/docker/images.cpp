#include "docker/api.hpp"
#include "docker/registry_auth.hpp"

namespace diorama::docker {

namespace {

struct HealthAnswer {
    std::vector<std::string> Test;
};
BOOST_DESCRIBE_STRUCT(HealthAnswer, (), (Test))
struct ConfigAnswer {
    std::string User, WorkingDir;
    Labels Labels_;
    std::map<std::string, Node> ExposedPorts, Volumes;
    std::vector<std::string> Env, Entrypoint, Cmd;
    std::optional<HealthAnswer> Healthcheck_;
};
BOOST_DESCRIBE_STRUCT(
    ConfigAnswer,
    (),
    (User, WorkingDir, Labels_, ExposedPorts, Volumes, Env, Entrypoint, Cmd, Healthcheck_)
)
struct RootAnswer {
    std::vector<std::string> Layers;
};
BOOST_DESCRIBE_STRUCT(RootAnswer, (), (Layers))
struct ImageAnswer {
    std::string Id, Os, Architecture;
    std::optional<std::string> Created;
    std::vector<std::string> RepoTags, RepoDigests;
    std::uint64_t Size = 0;
    std::optional<ConfigAnswer> Config;
    RootAnswer RootFS;
};
BOOST_DESCRIBE_STRUCT(
    ImageAnswer, (), (Id, Os, Architecture, Created, RepoTags, RepoDigests, Size, Config, RootFS)
)

struct ListedAnswer {
    std::string Id;
    std::int64_t Created = 0;
    std::vector<std::string> RepoTags, RepoDigests;
    std::uint64_t Size = 0;
    Labels Labels_;
};
BOOST_DESCRIBE_STRUCT(ListedAnswer, (), (Id, Created, RepoTags, RepoDigests, Size, Labels_))

struct HistoryAnswer {
    std::string Id, CreatedBy, Comment;
    std::uint64_t Size = 0;
};
BOOST_DESCRIBE_STRUCT(HistoryAnswer, (), (Id, CreatedBy, Comment, Size))

void describe_config(ConfigAnswer answer, Image& into)
{
    into.labels = std::move(answer.Labels_);
    into.user = std::move(answer.User);
    into.working_dir = std::move(answer.WorkingDir);
    into.exposed_ports = read_ports(answer.ExposedPorts);
    into.entrypoint = std::move(answer.Entrypoint);
    into.command = std::move(answer.Cmd);
    into.environment = std::move(answer.Env);
    for (const auto& [path, ignored] : answer.Volumes)
        into.volumes.push_back(path);
    const auto& check = answer.Healthcheck_;
    into.healthcheck = check && !check->Test.empty() && check->Test.front() != "NONE";
}

/// The Engine writes "<none>:<none>" for an image without a name.
std::vector<std::string> named(std::vector<std::string> names)
{
    std::erase_if(names, [](const std::string& name) { return name.starts_with("<none>"); });
    return names;
}

}  // namespace

Task<Result<Image>> Engine::inspect_image(Ref image)
{
    auto answer = co_await api_->ask<ImageAnswer>(
        {.path = object_path("images", image, "json"),
         .tried = fmt::format("look for image '{}'", image)}
    );
    if (!answer) co_return answer.error();
    Image found{
        .id = std::move(answer->Id),
        .tags = named(std::move(answer->RepoTags)),
        .digests = named(std::move(answer->RepoDigests)),
        .size = answer->Size,
        .created = read_time(answer->Created.value_or("")).value_or(Instant{}),
        .os = std::move(answer->Os),
        .arch = std::move(answer->Architecture),
        .layers = std::move(answer->RootFS.Layers),
    };
    if (answer->Config) describe_config(std::move(*answer->Config), found);
    co_return found;
}

Task<Result<std::vector<Image>>> Engine::list_images(Labels labels)
{
    Call call{
        .path = "/images/json", .tried = "list images", .query = {{"filters", label_filter(labels)}}
    };
    auto answers = co_await api_->ask<std::vector<ListedAnswer>>(std::move(call));
    if (!answers) co_return answers.error();
    std::vector<Image> images;
    for (auto& answer : *answers) {
        images.push_back({
            .id = std::move(answer.Id),
            .tags = named(std::move(answer.RepoTags)),
            .digests = named(std::move(answer.RepoDigests)),
            .size = answer.Size,
            .created = Instant{seconds{answer.Created}},
            .labels = std::move(answer.Labels_),
        });
    }
    co_return images;
}

Task<Result<std::vector<HistoryEntry>>> Engine::history(Ref image)
{
    auto answers = co_await api_->ask<std::vector<HistoryAnswer>>(
        {.path = object_path("images", image, "history"),
         .tried = fmt::format("read the history of image '{}'", image)}
    );
    if (!answers) co_return answers.error();
    std::vector<HistoryEntry> entries;
    for (auto& each : *answers)
        entries.push_back(
            {std::move(each.Id), std::move(each.CreatedBy), std::move(each.Comment), each.Size}
        );
    co_return entries;
}

Task<Result<>> Engine::tag(Ref image, std::string reference)
{
    Call call{.method = "POST", .path = object_path("images", image, "tag")};
    call.tried = fmt::format("tag image '{}' as '{}'", image, reference);
    auto [name, tag] = split_reference(reference);
    call.query = {
        {"repo", std::move(name)},
        {"tag",  std::move(tag) }
    };
    return api_->tell(std::move(call));
}

Task<Result<>> Engine::remove_image(Ref image, bool force)
{
    return api_->tell(
        {.method = "DELETE",
         .path = object_path("images", image),
         .tried = fmt::format("remove image '{}'", image),
         .query = {{"force", force ? "1" : "0"}}}
    );
}

}  // namespace diorama::docker
