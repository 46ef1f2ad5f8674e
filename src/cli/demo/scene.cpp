#include "cli/demo/scene.hpp"

#include "cli/output.hpp"

namespace diorama::cli {

namespace {

constexpr seconds deploy_limit{180};
constexpr seconds removal_limit{90};
constexpr seconds settling_limit{20};  ///< For what follows a switch or a removal at leisure.
constexpr milliseconds glance{25};

Error unexpected(std::string message)
{
    return {Code::conflict, std::move(message), ""};
}

}  // namespace

std::string SceneView::field(std::string_view key) const
{
    return cli::field(environment, key);
}

std::string SceneView::of_service(std::string_view service, std::string_view key) const
{
    const Node* services = environment.find("services");
    if (!services || !services->list()) return "";
    for (const Node& found : *services->list()) {
        if (cli::field(found, "name") == service) return cli::field(found, key);
    }
    return "";
}

std::string SceneView::host(std::string_view service) const
{
    const std::string url = of_service(service, "url");
    const auto begin = url.find("://");
    if (begin == std::string::npos) return "";
    const auto end = url.find('/', begin + 3);
    return url.substr(begin + 3, end == std::string::npos ? end : end - begin - 3);
}

DemoScene::DemoScene(Loop& loop, ApiClient& api, DemoEngine& engine, std::string installation)
    : loop_(loop),
      api_(api),
      engine_(engine),
      installation_(std::move(installation))
{}

Task<Result<>> DemoScene::ask_for(std::string repository, std::string branch)
{
    const Node body = Node::Map{
        {"repository", repository},
        {"branch",     branch    }
    };
    auto taken = co_await api_.post("/api/v1/environments", body, "respond-async");
    if (!taken) co_return taken.error();
    view_.environment = std::move(taken->body);
    co_return ok();
}

Task<Result<>> DemoScene::serves(std::string commit, std::stop_token stop)
{
    const auto reached = [&]() -> Result<bool> {
        const std::string state = view_.field("state");
        const std::string cause = view_.field("cause");
        if (!cause.empty() && (state == "failed" || state == "ready"))
            return unexpected(fmt::format("{} is {}: {}", view_.field("slug"), state, cause));
        return state == "ready" && view_.field("serving_commit") == commit;
    };
    const auto served = co_await wait_for(reached, deploy_limit, stop);
    if (!served) co_return served.error();
    co_return co_await settle();
}

Task<Result<>> DemoScene::waits(std::string commit, std::stop_token stop)
{
    const auto reached = [&] {
        return view_.field("state") == "awaiting_approval" && view_.field("commit") == commit;
    };
    const auto waiting = co_await wait_for(reached, settling_limit, stop);
    if (!waiting) co_return waiting.error();
    co_return co_await settle();
}

Task<Result<>> DemoScene::take_down()
{
    const auto asked = co_await api_.remove(environment_path(view_.field("id")));
    if (!asked) co_return asked.error();
    co_return co_await ended();
}

Task<Result<>> DemoScene::ended()
{
    const auto reached = [&] { return view_.field("state") == "destroyed"; };
    const auto gone = co_await wait_for(reached, removal_limit, {});
    if (gone) view_.environment = Node();
    co_return gone;
}

Task<Result<>> DemoScene::wait_for(Reached reached, seconds limit, std::stop_token stop)
{
    const Instant end = loop_.now() + limit;
    while (loop_.now() < end) {
        const auto seen = co_await look();
        if (!seen) co_return seen.error();
        const auto now = reached();
        if (!now) co_return now.error();
        if (*now) co_return ok();
        const bool on = co_await sleep(loop_, glance, stop);
        if (!on) co_return Error{Code::cancelled, "stopped", ""};
    }
    co_return Error{
        Code::timed_out,
        view_.environment.is_null()
            ? fmt::format("nothing is there after {} s", limit.count())
            : fmt::format(
                  "{} is {} after {} s", view_.field("slug"), view_.field("state"), limit.count()
              ),
        ""
    };
}

Task<Result<>> DemoScene::look()
{
    if (!view_.environment.is_null()) {
        auto shown = co_await api_.get(environment_path(view_.field("id")));
        if (!shown) co_return shown.error();
        view_.environment = *std::move(shown);
        co_return ok();
    }
    const auto all = co_await api_.list(
        "/api/v1/environments",
        {
            {"pull_request", std::to_string(pull_request_)}
    }
    );
    if (!all) co_return all.error();
    if (!all->empty()) view_.environment = all->front();
    co_return ok();
}

/// Containers of the version before may take a moment to go.
Task<Result<>> DemoScene::settle()
{
    const Instant end = loop_.now() + settling_limit;
    for (;;) {
        const auto objects = co_await engine_.objects(installation_, view_.field("id"));
        if (!objects) co_return objects.error();
        view_.objects = *objects;
        if (view_.objects.containers.size() == view_.objects.container_count) co_return ok();
        if (loop_.now() > end)
            co_return unexpected("an old container does not go: " + view_.objects.text());
        co_await sleep(loop_, glance);
    }
}

}  // namespace diorama::cli
