#include "cli/demo/acts.hpp"

namespace diorama::cli {

namespace {

constexpr const char* webhook_path = "/webhooks/github";

/// "localhost:8080": the installation's own host, as the gateway is asked for it.
std::string base_host(const DemoStage& stage)
{
    return fmt::format("localhost:{}", stage.daemon.gateway_port());
}

Task<Result<>> answers(DemoStage& stage, std::string method, std::string path, int status)
{
    Request request{.method = method, .target = path, .headers = {{"Host", base_host(stage)}}};
    const auto answer = co_await stage.gateway->send(std::move(request));
    if (!answer) co_return answer.error();
    co_return expect(
        answer->status == status,
        fmt::format("{} {} on {} answers {}", method, path, base_host(stage), answer->status)
    );
}

}  // namespace

Task<Result<>> open_forge(DemoStage& stage)
{
    stage.story.begin("opening a forge");
    const auto listening = stage.forge.listen(stage.options.forge_port);
    if (!listening) co_return listening.error();
    const auto created = co_await stage.forge.create();
    if (!created) co_return created.error();
    const auto made = co_await stage.shop.create(stage.stopping());
    if (!made) co_return made.error();
    const auto location = stage.forge.push_location(stage.forge.owner());
    const auto pushed = co_await stage.shop.push(location, stage.stopping());
    if (!pushed) co_return pushed.error();
    stage.story.done("forge opened", stage.forge.url() + "/" + stage.forge.repository());
    stage.story.also("branch main pushed; services page, api, worker");
    co_return ok();
}

Task<Result<>> start_daemon(DemoStage& stage)
{
    stage.story.begin("starting a daemon");
    stage.daemon.set("DIORAMA_GITHUB_API", stage.forge.url());
    stage.daemon.set("DIORAMA_GITHUB_WEB", stage.forge.url());
    const auto started = co_await stage.daemon.start(stage.stopping());
    if (!started) co_return started.error();
    const auto connected = co_await stage.connect();
    if (!connected) co_return connected.error();
    stage.story.done(
        "daemon started",
        fmt::format(
            "API {}, gateway http://{}", stage.api->daemon().shown, stage.gateway->address().text()
        )
    );
    co_return ok();
}

Task<Result<>> set_up_webhook(DemoStage& stage)
{
    stage.story.begin("setting up the webhook");
    const auto url = fmt::format("http://{}{}", base_host(stage), webhook_path);
    const auto hooked = stage.forge.hook(url);
    if (!hooked) co_return hooked.error();
    const auto taken = co_await stage.forge.all_taken();
    if (!taken) co_return taken.error();
    const auto unsigned_one = co_await answers(stage, "POST", webhook_path, 401);
    if (!unsigned_one) co_return unsigned_one.error();
    const auto api = co_await answers(stage, "GET", "/api/v1/version", 404);
    if (!api) co_return api.error();
    stage.story.done("webhook set up", url);
    stage.story.also("its signed ping was taken; unsigned: 401; nothing else of the API: 404");
    co_return ok();
}

}  // namespace diorama::cli
