#include "cli/demo/play.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/demo/acts.hpp"
#include "cli/output.hpp"

namespace diorama::cli {

namespace {

constexpr seconds removal_limit{90};
constexpr milliseconds glance{25};

using Act = Task<Result<>> (*)(DemoStage&);

constexpr Act opening[] = {
    open_forge,
    start_daemon,
    set_up_webhook,
    put_up_branch,
    open_pull_request,
    take_apple,
    push_to_it,
    push_nothing_built,
    open_from_fork
};
constexpr Act ending[] = {close_pull_requests, take_branch_down, prove_nothing_left};

std::vector<Act> acts(bool check)
{
    std::vector<Act> all(std::begin(opening), std::end(opening));
    // Somebody who watches may approve it, or not.
    all.push_back(check ? approve_fork : stay);
    all.insert(all.end(), std::begin(ending), std::end(ending));
    return all;
}

std::string indented(std::string_view title, std::string_view text)
{
    std::string lines = std::string(title) + "\n";
    for (const std::string_view line : split(trim(text), '\n'))
        lines += fmt::format("  {}\n", display(line));
    return lines;
}

}  // namespace

Task<Result<>> DemoPlay::play()
{
    for (const Act act : acts(stage_.options.check)) {
        const auto held = co_await act(stage_);
        if (held) continue;
        if (!stage_.api || stage_.daemon.running()) co_return held.error();
        co_return held.error().during("the daemon ended by itself");
    }
    co_return ok();
}

Task<> DemoPlay::clear()
{
    stage_.story.interrupt();
    last_lines_ = indented("The daemon's last lines:", stage_.daemon.last_lines(15));
    if (stage_.api) {
        const auto cleared = co_await clear_scenes();
        if (!cleared)
            last_lines_ += "Not all could be taken down: " + cleared.error().text() + "\n";
    }
    co_await stage_.daemon.stop();
    co_await stage_.forge.stop();
}

/// A daemon that crashed goes on where it was, and what it made is not left to the machine.
Task<Result<>> DemoPlay::clear_scenes()
{
    if (!stage_.daemon.running()) {
        const auto again = co_await stage_.daemon.start({});
        if (!again) co_return again.error();
        const auto connected = co_await stage_.connect();
        if (!connected) co_return connected.error();
    }
    const auto closed = stage_.forge.close_all();
    if (!closed) co_return closed.error();
    const Instant end = stage_.loop.now() + removal_limit;
    for (std::set<std::string> asked;;) {
        const auto left = co_await stage_.api->list("/api/v1/environments");
        if (!left) co_return left.error();
        if (left->empty()) co_return ok();
        if (stage_.loop.now() > end) co_return Error{Code::timed_out, "a scene does not go", ""};
        for (const Node& environment : *left) {
            const std::string id = field(environment, "id");
            if (!asked.insert(id).second) continue;
            const std::string lines = co_await scene_lines(id);
            last_lines_.insert(0, lines);
            co_await stage_.api->remove(environment_path(id));
        }
        co_await sleep(stage_.loop, glance);
    }
}

Task<std::string> DemoPlay::scene_lines(std::string environment)
{
    const auto page = co_await stage_.api->get(environment_path(environment, "/logs?limit=25"));
    const Node* items = page ? page->find("items") : nullptr;
    if (!items || !items->list()) co_return "";
    std::string lines = "A scene's last lines:\n";
    for (const Node& line : *items->list()) {
        lines += fmt::format(
            "  {:<10}{:<10}{}\n",
            field(line, "type"),
            field(line, "service"),
            display(field(line, "message"))
        );
    }
    co_return lines;
}

}  // namespace diorama::cli
