#include "cli/demo_scene.hpp"

#include "base/unicode.hpp"
#include "cli/demo_visitors.hpp"
#include "cli/output.hpp"

namespace diorama::cli {

namespace {

constexpr minutes deploy_limit{3};
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

Task<Result<>> DemoScene::deploy(std::string repository, std::string commit, std::stop_token stop)
{
    const Node body = Node::Map{
        {"repository", repository},
        {"branch",     "main"    }
    };
    const auto taken = co_await api_.post("/api/v1/environments", body, "respond-async");
    if (!taken) co_return taken.error();
    view_.environment = taken->body;
    const auto over = co_await wait_for(taken->location, stop);
    if (!over) co_return over.error();
    co_return co_await look(commit);
}

Task<Result<>> DemoScene::wait_for(std::string deployment, std::stop_token stop)
{
    const Instant end = loop_.now() + deploy_limit;
    while (loop_.now() < end) {
        const auto seen = co_await api_.get(deployment);
        if (!seen) co_return seen.error();
        const std::string status = cli::field(*seen, "status");
        if (status == "success") co_return ok();
        if (status == "failed" || status == "superseded")
            co_return unexpected(
                fmt::format("the deployment is {}: {}", status, cli::field(*seen, "cause"))
            );
        const bool on = co_await sleep(loop_, glance, stop);
        if (!on) co_return Error{Code::cancelled, "stopped", ""};
    }
    co_return Error{
        Code::timed_out,
        fmt::format("the deployment is not over after {} minutes", deploy_limit.count()),
        ""
    };
}

/// Containers of the version before may take a moment to go.
Task<Result<>> DemoScene::look(std::string commit)
{
    auto shown = co_await api_.get(environment_path(view_.field("id")));
    if (!shown) co_return shown.error();
    view_.environment = *std::move(shown);
    if (view_.field("serving_commit") != commit)
        co_return unexpected("it does not serve the newest commit");
    const Instant end = loop_.now() + settling_limit;
    for (;;) {
        const auto objects = co_await engine_.objects(installation_);
        if (!objects) co_return objects.error();
        view_.objects = *objects;
        if (view_.objects.containers.size() == view_.objects.container_count) co_return ok();
        if (loop_.now() > end)
            co_return unexpected("an old container does not go: " + view_.objects.text());
        co_await sleep(loop_, glance);
    }
}

Task<Result<>> DemoScene::take_down()
{
    hosts_ = {view_.host("page"), view_.host("api")};
    const auto path = environment_path(view_.field("id"));
    const auto asked = co_await api_.remove(path);
    if (!asked) co_return asked.error();
    const Instant end = loop_.now() + removal_limit;
    while (loop_.now() < end) {
        const auto seen = co_await api_.get(path);
        if (!seen) co_return seen.error();
        if (cli::field(*seen, "state") == "destroyed") {
            view_.environment = Node();
            co_return ok();
        }
        co_await sleep(loop_, glance);
    }
    co_return Error{
        Code::timed_out, fmt::format("it is not gone after {} s", removal_limit.count()), ""
    };
}

/// Images go at leisure, after the scene.
Task<Result<>> DemoScene::wait_until_traceless(Client& gateway)
{
    const Instant end = loop_.now() + settling_limit;
    for (;;) {
        const auto nothing = co_await check_traceless(gateway);
        if (nothing || loop_.now() > end) co_return nothing;
        co_await sleep(loop_, glance);
    }
}

Task<Result<>> DemoScene::check_traceless(Client& gateway)
{
    const auto seen = co_await engine_.objects(installation_);
    if (!seen) co_return seen.error();
    view_.objects = *seen;
    if (!seen->none()) co_return unexpected("left on the Docker Engine: " + seen->text());
    for (const std::string& host : hosts_) {
        const auto page = co_await fetch(gateway, {.host = host});
        if (page || page.error().code != Code::not_found)
            co_return unexpected("the gateway still knows " + host);
    }
    const auto inventory = co_await api_.list("/api/v1/inventory");
    if (!inventory) co_return inventory.error();
    if (inventory->empty()) co_return ok();
    co_return unexpected(fmt::format("the inventory still has {} rows", inventory->size()));
}

Task<std::string> DemoScene::last_lines()
{
    const auto page = co_await api_.get(environment_path(view_.field("id"), "/logs?limit=25"));
    const Node* items = page ? page->find("items") : nullptr;
    if (!items || !items->list()) co_return "";
    std::string lines = "The scene's last lines:\n";
    for (const Node& line : *items->list()) {
        lines += fmt::format(
            "  {:<10}{:<10}{}\n",
            cli::field(line, "type"),
            cli::field(line, "service"),
            display(cli::field(line, "message"))
        );
    }
    co_return lines;
}

}  // namespace diorama::cli
