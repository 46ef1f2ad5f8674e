#include "docker/api.hpp"
#include "docker/container_create.hpp"
#include "docker/container_read.hpp"

namespace diorama::docker {

namespace {

struct Created {
    std::string Id;
};
BOOST_DESCRIBE_STRUCT(Created, (), (Id))

struct WaitError {
    std::string Message;
};
BOOST_DESCRIBE_STRUCT(WaitError, (), (Message))
struct WaitAnswer {
    std::int64_t StatusCode = 0;
    std::optional<WaitError> Error_;
};
BOOST_DESCRIBE_STRUCT(WaitAnswer, (), (StatusCode, Error_))

/// POST /containers/{container}/{verb}
Call post(const Ref& container, std::string_view verb)
{
    return {
        .method = "POST",
        .path = object_path("containers", container, verb),
        .tried = fmt::format("{} container '{}'", verb, container),
    };
}

}  // namespace

Task<Result<std::string>> Engine::create_container(ContainerConfig config)
{
    const auto agreed = co_await api_->negotiate();
    if (!agreed) co_return agreed.error();
    Call call{.method = "POST", .path = "/containers/create"};
    call.tried = fmt::format("create container '{}' from {}", config.name, config.image);
    if (!config.name.empty()) call.query.emplace_back("name", config.name);
    if (!config.platform.empty()) call.query.emplace_back("platform", config.platform);
    call.body = create_body(config, api_->minor());
    const auto created = co_await api_->ask<Created>(std::move(call));
    if (!created) co_return created.error();
    co_return created->Id;
}

Task<Result<Container>> Engine::inspect_container(Ref container)
{
    const auto tried = fmt::format("inspect container '{}'", container);
    const auto response =
        co_await api_->send({.path = object_path("containers", container, "json"), .tried = tried});
    if (!response) co_return response.error();
    co_return read_container(response->body, tried);
}

Task<Result<std::vector<ContainerSummary>>> Engine::list_containers(Labels labels)
{
    const std::string tried = "list containers";
    Call call{.path = "/containers/json", .tried = tried};
    call.query = {
        {"all",     "1"                 },
        {"filters", label_filter(labels)}
    };
    const auto response = co_await api_->send(std::move(call));
    if (!response) co_return response.error();
    co_return read_containers(response->body, tried);
}

Task<Result<>> Engine::start(Ref container)
{
    return api_->tell(post(container, "start"));
}

Task<Result<>> Engine::stop(Ref container, std::optional<seconds> grace)
{
    Call call = post(container, "stop");
    if (grace) call.query.emplace_back("t", std::to_string(grace->count()));
    call.timeout = grace ? *grace + minutes{2} : minutes{15};
    return api_->tell(std::move(call));
}

Task<Result<>> Engine::kill(Ref container, std::string signal)
{
    Call call = post(container, "kill");
    call.query.emplace_back("signal", std::move(signal));
    return api_->tell(std::move(call));
}

Task<Result<>>
Engine::remove_container(Ref container, bool force, bool anonymous_volumes, std::stop_token stop)
{
    Call call{.method = "DELETE", .path = object_path("containers", container)};
    call.tried = fmt::format("remove container '{}'", container);
    call.query = {
        {"force", force ? "1" : "0"            },
        {"v",     anonymous_volumes ? "1" : "0"}
    };
    call.stop = std::move(stop);
    return api_->tell(std::move(call));
}

Task<Result<std::int64_t>> Engine::wait(Ref container, std::stop_token stop)
{
    Call call = post(container, "wait");
    call.tried = fmt::format("wait for container '{}'", container);
    call.query.emplace_back("condition", "not-running");
    call.stop = std::move(stop);
    call.timeout = unlimited;
    const auto tried = call.tried;
    const auto answer = co_await api_->ask<WaitAnswer>(std::move(call));
    if (!answer) co_return answer.error();
    if (answer->Error_ && !answer->Error_->Message.empty())
        co_return Error{Code::unavailable, answer->Error_->Message, ""}.during(tried);
    co_return answer->StatusCode;
}

Task<Result<>> Engine::pause(Ref container)
{
    return api_->tell(post(container, "pause"));
}

Task<Result<>> Engine::unpause(Ref container)
{
    return api_->tell(post(container, "unpause"));
}

Task<Result<>> Engine::rename(Ref container, std::string name)
{
    Call call = post(container, "rename");
    call.tried = fmt::format("rename container '{}' to '{}'", container, name);
    call.query.emplace_back("name", std::move(name));
    return api_->tell(std::move(call));
}

Task<Result<Stats>> Engine::stats(Ref container)
{
    Call call{.path = object_path("containers", container, "stats")};
    call.tried = fmt::format("read the statistics of container '{}'", container);
    call.query = {
        {"stream", "0"}
    };
    const auto tried = call.tried;
    const auto response = co_await api_->send(std::move(call));
    if (!response) co_return response.error();
    co_return read_stats(response->body, tried);
}

}  // namespace diorama::docker
