#include "base/json.hpp"
#include "base/unicode.hpp"
#include "cli/demo/acts.hpp"
#include "cli/demo/visitors.hpp"

namespace diorama::cli {

namespace {

constexpr seconds status_limit{10};
constexpr milliseconds quiet{300};  ///< Visitors come before the update begins, and after it.

/// {"apples": 99}: how many the shop's API says there are after `method`.
Task<Result<std::int64_t>> apples(DemoStage& stage, std::string method)
{
    const auto body = co_await fetch(
        *stage.gateway,
        {.method = method,
         .host = stage.pull->view().host("api"),
         .path = std::string(DemoShop::stock_path)}
    );
    if (!body) co_return body.error();
    const auto stock = parse_json(*body);
    const Node* count = stock ? stock->find("apples") : nullptr;
    if (count && count->integer()) co_return *count->integer();
    co_return Error{
        Code::conflict, "the shop's API does not say how many apples: " + display(*body), ""
    };
}

Task<Result<>> push(DemoStage& stage)
{
    co_return co_await stage.shop.push(
        stage.forge.push_location(stage.forge.owner()), stage.stopping()
    );
}

Task<Result<>> serves_newest(DemoStage& stage)
{
    co_return co_await stage.pull->serves(stage.shop.commit(), stage.stopping());
}

/// The comment and the commit's status, which follow the scene within seconds.
Task<Result<>> told_ready(DemoStage& stage)
{
    const std::string commit = stage.shop.commit();
    const auto told =
        co_await stage.comment_says(owners_pull, "Preview ready", commit.substr(0, 7));
    if (!told) co_return told.error();
    const auto success = [&] { return stage.forge.status(commit) == "success"; };
    const auto followed = co_await stage.until(success, status_limit);
    if (!followed) co_return followed.error().during("the commit's status is to be a success");
    stage.story.also("one comment, about the newest commit, whose status is a success");
    co_return ok();
}

/// Images have names by content, so that what was built shows in them.
Result<> check_images(const SceneView& before, const SceneView& now)
{
    for (const std::string service : {"page", "api", "worker"}) {
        const bool built = before.of_service(service, "image") != now.of_service(service, "image");
        if (built == (service == "page")) continue;
        return expect(false, fmt::format("{} was {}built", service, built ? "" : "not "));
    }
    return ok();
}

Result<> check_containers(const SceneView& before, const SceneView& now)
{
    for (const std::string service : {"page", "api", "worker"}) {
        const bool restarted =
            before.objects.containers.at(service) != now.objects.containers.at(service);
        if (restarted == (service == "page")) continue;
        return expect(false, fmt::format("{} was {}restarted", service, restarted ? "" : "not "));
    }
    return ok();
}

Result<> check_visits(const VisitTally& tally)
{
    const auto none_failed = expect(
        tally.failed == 0,
        fmt::format(
            "{} of {} requests failed during the update, the first with: {}",
            tally.failed,
            tally.asked,
            tally.first_failure
        )
    );
    if (!none_failed) return none_failed;
    return expect(
        tally.before > 0 && tally.after > 0,
        fmt::format("{} visitors saw the old page, {} the new one", tally.before, tally.after)
    );
}

Task<Result<>> check_apples(DemoStage& stage)
{
    const auto left = co_await apples(stage, "GET");
    if (!left) co_return left.error();
    co_return expect(
        *left == stage.apples,
        fmt::format("the API's volume had {} apples, now {}", stage.apples, *left)
    );
}

/// Pushes, with visitors from before it until after it serves.
Task<Result<VisitTally>> push_with_visitors(DemoStage& stage)
{
    DemoVisitors visitors(
        stage.loop,
        {stage.gateway->address(),
         stage.pull->view().host("page"),
         DemoShop::hours[1],
         DemoShop::hours[2]}
    );
    visitors.begin();
    co_await sleep(stage.loop, quiet, stage.stopping());
    auto done = co_await push(stage);
    if (done) done = co_await serves_newest(stage);
    co_await sleep(stage.loop, quiet, stage.stopping());
    const auto tally = co_await visitors.end();
    if (!done) co_return done.error();
    co_return tally;
}

}  // namespace

Task<Result<>> open_pull_request(DemoStage& stage)
{
    stage.story.begin("opening a pull request");
    const auto gone = co_await stage.shop.go_to(pull_branch, "main", stage.stopping());
    if (!gone) co_return gone.error();
    const auto changed =
        co_await stage.shop.change_hours(DemoShop::hours[0], DemoShop::hours[1], stage.stopping());
    if (!changed) co_return changed.error();
    const auto pushed = co_await push(stage);
    if (!pushed) co_return pushed.error();
    const auto opened =
        co_await stage.forge.open(stage.forge.owner(), "Open earlier, close later", pull_branch);
    if (!opened) co_return opened.error();
    const auto up = co_await serves_newest(stage);
    if (!up) co_return up.error();
    stage.traces->know(stage.pull->view().host("page"));
    stage.traces->know(stage.pull->view().host("api"));
    const auto page = co_await stage.page_says(*stage.pull, DemoShop::hours[1]);
    if (!page) co_return page.error();
    const auto images = check_images(stage.branch->view(), stage.pull->view());
    if (!images) co_return images.error();
    stage.story.done("pull request opened", stage.forge.page(owners_pull));
    stage.story.also("its webhook put " + stage.pull->view().field("url") + " up");
    stage.story.also("page built; api and worker are main's");
    co_return co_await told_ready(stage);
}

Task<Result<>> take_apple(DemoStage& stage)
{
    stage.story.begin("taking an apple");
    const auto before = co_await apples(stage, "GET");
    if (!before) co_return before.error();
    const auto after = co_await apples(stage, "POST");
    if (!after) co_return after.error();
    stage.apples = *after;
    const auto taken =
        expect(*after == *before - 1, fmt::format("of {} apples {} are left", *before, *after));
    if (!taken) co_return taken.error();
    stage.story.done(
        "apple taken", fmt::format("the API had {}, its volume keeps {}", *before, *after)
    );
    co_return ok();
}

Task<Result<>> push_to_it(DemoStage& stage)
{
    const SceneView before = stage.pull->view();
    const auto changed =
        co_await stage.shop.change_hours(DemoShop::hours[1], DemoShop::hours[2], stage.stopping());
    if (!changed) co_return changed.error();
    stage.story.begin("pushing, with visitors");
    const auto tally = co_await push_with_visitors(stage);
    if (!tally) co_return tally.error();
    stage.story.done("second push serves", fmt::format("“{}”", DemoShop::hours[2]));
    for (const auto& held :
         {check_images(before, stage.pull->view()),
          check_containers(before, stage.pull->view()),
          check_visits(*tally)})
        if (!held) co_return held.error();
    const auto kept = co_await check_apples(stage);
    if (!kept) co_return kept.error();
    stage.story.also("page built and restarted; api and worker were left alone");
    stage.story.also(fmt::format(
        "{} requests at 100 a second: {} got the old page, {} the new, none failed",
        tally->asked,
        tally->before,
        tally->after
    ));
    co_return co_await told_ready(stage);
}

Task<Result<>> push_nothing_built(DemoStage& stage)
{
    const SceneView before = stage.pull->view();
    const auto added = co_await stage.shop.add("README", "A corner shop.\n", stage.stopping());
    if (!added) co_return added.error();
    stage.story.begin("pushing what changes no service");
    const auto pushed = co_await push(stage);
    if (!pushed) co_return pushed.error();
    const auto serves = co_await serves_newest(stage);
    if (!serves) co_return serves.error();
    const SceneView& now = stage.pull->view();
    const auto kept = expect(
        now.objects.containers == before.objects.containers &&
            now.objects.images <= before.objects.images,
        "a commit that changes no service built or restarted one"
    );
    if (!kept) co_return kept.error();
    stage.story.done("README pushed", "its commit serves; nothing was built or restarted");
    co_return ok();
}

}  // namespace diorama::cli
