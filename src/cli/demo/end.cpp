#include "cli/demo/acts.hpp"

namespace diorama::cli {

Task<Result<>> close_pull_requests(DemoStage& stage)
{
    stage.story.begin("closing the pull requests");
    const auto closed = stage.forge.close_all();
    if (!closed) co_return closed.error();
    for (auto* scene : {&stage.pull, &stage.fork}) {
        const auto gone = co_await (*scene)->ended();
        if (!gone) co_return gone.error();
    }
    stage.story.done("pull requests closed", "their scenes went by themselves");
    for (const auto number : {owners_pull, strangers_pull}) {
        const auto told = co_await stage.comment_says(number, "Preview destroyed", "");
        if (!told) co_return told.error();
    }
    co_return co_await stage.forge.all_taken();
}

Task<Result<>> take_branch_down(DemoStage& stage)
{
    stage.story.begin("taking branch main down");
    const auto down = co_await stage.branch->take_down();
    if (!down) co_return down.error();
    stage.story.done("branch main taken down", "");
    co_return ok();
}

Task<Result<>> prove_nothing_left(DemoStage& stage)
{
    stage.story.begin("looking for anything left");
    const auto nothing = co_await stage.traces->wait_until_none();
    if (!nothing) co_return nothing.error();
    stage.story.done("nothing left", nothing->text());
    stage.story.also("no route, no row in the inventory");
    co_return ok();
}

}  // namespace diorama::cli
