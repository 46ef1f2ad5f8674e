#include "cli/demo/acts.hpp"

namespace diorama::cli {

namespace {

constexpr std::uint16_t usual_api_port = 3000;

/// A command for another terminal: this very program, told where this very daemon is.
std::string command(const DemoStage& stage, std::string_view words)
{
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    const bool usual = stage.daemon.api_port() == usual_api_port;
    return fmt::format(
        "{} {} --token-file {}{}",
        program,
        words,
        stage.daemon.token_file().string(),
        usual ? "" : " --server " + stage.api->daemon().shown
    );
}

/// As a person would edit, commit and push.
std::string push_command(const DemoStage& stage)
{
    return fmt::format(
        "cd {} && sed -i 's/night/nighttime/' {} && git commit -qam 'Say it better' && git push",
        stage.shop.folder().string(),
        DemoShop::page_file
    );
}

std::string close_command(const DemoStage& stage)
{
    return fmt::format(
        R"(curl -s {}/_hub/close -d '{{"repository": "{}", "number": {}}}')",
        stage.forge.url(),
        stage.forge.repository(),
        owners_pull
    );
}

void invite(DemoStage& stage)
{
    const auto line = [&](std::string_view what, std::string_view text) {
        stage.story.say(fmt::format("  {:<14}{}", what, text));
    };
    const SceneView& pull = stage.pull->view();
    const SceneView& fork = stage.fork->view();
    stage.story.say("");
    line("forge", stage.forge.url() + "/" + stage.forge.repository());
    line("pull request", stage.forge.page(owners_pull));
    line("its page", pull.of_service("page", "url"));
    line("its api", pull.of_service("api", "url") + std::string(DemoShop::stock_path.substr(1)));
    line("branch main", stage.branch->view().field("url"));
    line("push", push_command(stage));
    line("logs", command(stage, "logs " + pull.field("slug") + " --follow"));
    line("approve", command(stage, "approve " + fork.field("slug") + " " + fork.field("commit")));
    line("close", close_command(stage));
    line("take all down", "Ctrl-C");
    stage.story.say("");
}

}  // namespace

Task<Result<>> stay(DemoStage& stage)
{
    const auto back = co_await stage.shop.go_to(pull_branch, "", stage.stopping());
    if (!back) co_return back.error();
    invite(stage);
    bool on = true;
    while (on && stage.daemon.running())
        on = co_await sleep(stage.loop, seconds{1}, stage.stopping());
    if (on) co_return Error{Code::unavailable, "it could not serve on", ""};
    stage.stop = std::stop_source();
    stage.story.say("");
    co_return ok();
}

}  // namespace diorama::cli
