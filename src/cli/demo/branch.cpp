#include "cli/demo/acts.hpp"

namespace diorama::cli {

namespace {

Result<> check_three_services(const DemoEngine::Objects& objects)
{
    return expect(
        objects.containers.size() == 3 && objects.images == 3,
        "three services should run, but there are " + objects.text()
    );
}

}  // namespace

Task<Result<>> put_up_branch(DemoStage& stage)
{
    stage.story.begin("putting branch main up");
    const auto asked = co_await stage.branch->ask_for(stage.forge.location(), "main");
    if (!asked) co_return asked.error();
    const auto up = co_await stage.branch->serves(stage.shop.commit(), stage.stopping());
    if (!up) co_return up.error();
    const SceneView& view = stage.branch->view();
    const auto three = check_three_services(view.objects);
    if (!three) co_return three.error();
    stage.traces->know(view.host("page"));
    const auto page = co_await stage.page_says(*stage.branch, DemoShop::hours[0]);
    if (!page) co_return page.error();
    stage.story.done("branch main put up", view.field("url"));
    stage.story.also(view.objects.text());
    stage.story.also(fmt::format("the page says “{}”", DemoShop::hours[0]));
    co_return ok();
}

}  // namespace diorama::cli
