#include "cli/demo/acts.hpp"

namespace diorama::cli {

namespace {

constexpr const char* fork_branch = "lazy";
constexpr const char* lazy_hours = "Closed.";

}  // namespace

Task<Result<>> open_from_fork(DemoStage& stage)
{
    stage.story.begin("opening a stranger's pull request");
    const auto forked = co_await stage.forge.make_fork();
    if (!forked) co_return forked.error();
    const auto gone = co_await stage.shop.go_to(fork_branch, "main", stage.stopping());
    if (!gone) co_return gone.error();
    const auto changed =
        co_await stage.shop.change_hours(DemoShop::hours[0], lazy_hours, stage.stopping());
    if (!changed) co_return changed.error();
    const auto location = stage.forge.push_location(DemoForge::stranger);
    const auto pushed = co_await stage.shop.push(location, stage.stopping());
    if (!pushed) co_return pushed.error();
    const auto opened = co_await stage.forge.open(
        DemoForge::stranger, "Stay at home", fmt::format("{}:{}", DemoForge::stranger, fork_branch)
    );
    if (!opened) co_return opened.error();
    const auto waits = co_await stage.fork->waits(stage.shop.commit(), stage.stopping());
    if (!waits) co_return waits.error();
    const auto& objects = stage.fork->view().objects;
    const auto nothing = expect(
        objects.container_count + objects.networks + objects.volumes == 0,
        "there is something of a commit that nobody approved: " + objects.text()
    );
    if (!nothing) co_return nothing.error();
    stage.story.done("a stranger's one waits", stage.forge.page(strangers_pull));
    stage.story.also("nothing of it is built or runs");
    co_return co_await stage.comment_says(
        strangers_pull, "Preview awaiting approval", stage.shop.commit()
    );
}

Task<Result<>> approve_fork(DemoStage& stage)
{
    stage.story.begin("approving the stranger's commit");
    const auto commented = stage.forge.comment(strangers_pull, "/preview " + stage.shop.commit());
    if (!commented) co_return commented.error();
    const auto serves = co_await stage.fork->serves(stage.shop.commit(), stage.stopping());
    if (!serves) co_return serves.error();
    stage.traces->know(stage.fork->view().host("page"));
    const auto page = co_await stage.page_says(*stage.fork, lazy_hours);
    if (!page) co_return page.error();
    stage.story.done("approved by a comment", stage.fork->view().field("url"));
    co_return co_await stage.comment_says(
        strangers_pull, "Preview ready", stage.shop.commit().substr(0, 7)
    );
}

}  // namespace diorama::cli
