#include "cli/demo_play.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/output.hpp"

namespace diorama::cli {

namespace {

constexpr std::string_view page_file = "page/www/index.html";
constexpr std::string_view old_text = "Open from eight to eight.";
constexpr std::string_view new_text = "Open from seven to nine.";
constexpr std::string_view stock_path = "/cgi-bin/stock";
constexpr std::uint16_t usual_api_port = 3000;
constexpr milliseconds quiet{300};  ///< Visitors come before the update begins, and after it.

Result<> expect(bool held, std::string message)
{
    if (held) return ok();
    return Error{Code::conflict, std::move(message), ""};
}

/// Who owns the repository: the folder it is in. Checks may run side by side on one Engine, so that
/// each has an owner of its own.
std::string owner(const DemoPlay::Stage& stage)
{
    return stage.check ? stage.folder.filename().string() : "corner";
}

std::string indented(std::string_view title, std::string_view text)
{
    std::string lines = std::string(title) + "\n";
    for (const std::string_view line : split(trim(text), '\n'))
        lines += fmt::format("  {}\n", display(line));
    return lines;
}

}  // namespace

DemoPlay::DemoPlay(const CliWorld& world, Loop& loop, Stage stage)
    : loop_(loop),
      stage_(std::move(stage)),
      story_(world, loop),
      daemon_(loop, stage_.folder / "data", stage_.settings),
      shop_(loop, stage_.folder / owner(stage_) / "shop"),
      engine_(loop, stage_.engine)
{}

Task<Result<>> DemoPlay::play()
{
    using Step = Task<Result<>> (DemoPlay::*)();
    static constexpr Step steps[] = {
        &DemoPlay::start_daemon,
        &DemoPlay::make_repository,
        &DemoPlay::put_up,
        &DemoPlay::fetch_page,
        &DemoPlay::take_apple,
        &DemoPlay::update_one_service,
        &DemoPlay::switch_without_build,
        &DemoPlay::stay,
        &DemoPlay::take_down,
        &DemoPlay::prove_nothing_left
    };
    for (const Step step : steps) {
        const auto held = co_await (this->*step)();
        if (held) continue;
        if (!scene_ || daemon_.running()) co_return held.error();
        co_return held.error().during("the daemon ended by itself");
    }
    co_return ok();
}

Task<Result<>> DemoPlay::start_daemon()
{
    story_.begin("starting a daemon");
    const auto started = co_await daemon_.start(stop_.get_token());
    if (!started) co_return started.error();
    const auto connected = co_await connect();
    if (!connected) co_return connected.error();
    story_.done(
        "daemon started",
        fmt::format("API {}, gateway http://{}", api_->daemon().shown, gateway_->address().text())
    );
    co_return ok();
}

Task<Result<>> DemoPlay::connect()
{
    const auto address = Address::tcp("127.0.0.1", daemon_.api_port());
    const Daemon daemon{
        .address = address,
        .shown = "http://" + address.text(),
        .token = daemon_.token(),
        .token_from = daemon_.token_file().string()
    };
    api_ = std::make_unique<ApiClient>(loop_, daemon);
    gateway_ = std::make_unique<Client>(loop_, Address::tcp("127.0.0.1", daemon_.gateway_port()));
    const auto version = co_await api_->get("/api/v1/version");
    if (!version) co_return version.error();
    scene_ = std::make_unique<DemoScene>(loop_, *api_, engine_, field(*version, "installation"));
    co_return ok();
}

Task<Result<>> DemoPlay::make_repository()
{
    story_.begin("making a repository");
    const auto made = co_await shop_.create(stop_.get_token());
    if (!made) co_return made.error();
    story_.done("repository made", shop_.folder().string());
    story_.also("branch main; services page, api, worker");
    co_return ok();
}

Task<Result<>> DemoPlay::deploy()
{
    co_return co_await scene_->deploy(shop_.folder().string(), shop_.commit(), stop_.get_token());
}

Task<Result<>> DemoPlay::put_up()
{
    story_.begin("putting the scene up");
    const auto up = co_await deploy();
    if (!up) co_return up.error();
    const auto& objects = scene_->view().objects;
    const auto all = expect(
        objects.containers.size() == 3 && objects.images == 3,
        "three services should run, but there are " + objects.text()
    );
    if (!all) co_return all.error();
    story_.done("scene put up", scene_->view().field("url"));
    story_.also(objects.text());
    co_return ok();
}

Task<Result<>> DemoPlay::fetch_page()
{
    story_.begin("fetching the page");
    const auto page = co_await fetch(*gateway_, {.host = scene_->view().host("page")});
    if (!page) co_return page.error();
    const auto right = expect(
        page->find(old_text) != std::string::npos, "the page does not say what the commit says"
    );
    if (!right) co_return right.error();
    story_.done("page fetched", fmt::format("“{}”", old_text));
    co_return ok();
}

/// {"apples": 99}: how many the shop's API says there are after `method`.
Task<Result<std::int64_t>> DemoPlay::apples(std::string method)
{
    const auto body = co_await fetch(
        *gateway_,
        {.method = method, .host = scene_->view().host("api"), .path = std::string(stock_path)}
    );
    if (!body) co_return body.error();
    const auto stock = parse_json(*body);
    const Node* count = stock ? stock->find("apples") : nullptr;
    if (count && count->integer()) co_return *count->integer();
    co_return Error{
        Code::conflict, "the shop's API does not say how many apples: " + display(*body), ""
    };
}

Task<Result<>> DemoPlay::take_apple()
{
    story_.begin("taking an apple");
    const auto before = co_await apples("GET");
    if (!before) co_return before.error();
    const auto after = co_await apples("POST");
    if (!after) co_return after.error();
    apples_ = *after;
    const auto taken =
        expect(*after == *before - 1, fmt::format("of {} apples {} are left", *before, *after));
    if (!taken) co_return taken.error();
    story_.done("apple taken", fmt::format("the API had {}, its volume keeps {}", *before, *after));
    co_return ok();
}

Task<Result<>> DemoPlay::update_one_service()
{
    const SceneView before = scene_->view();
    const std::string was(old_text);
    const std::string becomes(new_text);
    DemoVisitors visitors(loop_, {gateway_->address(), before.host("page"), was, becomes});
    const auto changed =
        co_await shop_.change(std::string(page_file), was, becomes, stop_.get_token());
    if (!changed) co_return changed.error();
    visitors.begin();
    co_await sleep(loop_, quiet, stop_.get_token());
    story_.begin("updating one service, with visitors");
    const auto updated = co_await deploy();
    if (updated) story_.done("one service updated", fmt::format("“{}”", new_text));
    co_await sleep(loop_, quiet, stop_.get_token());
    const auto tally = co_await visitors.end();
    if (!updated) co_return updated.error();
    const auto only_page = check_only_page_changed(before);
    if (!only_page) co_return only_page.error();
    const auto kept = co_await check_apples();
    if (!kept) co_return kept.error();
    co_return check_visits(tally);
}

Result<> DemoPlay::check_only_page_changed(const SceneView& before)
{
    const SceneView& now = scene_->view();
    for (const std::string service : {"page", "api", "worker"}) {
        const bool built = before.of_service(service, "image") != now.of_service(service, "image");
        const bool restarted =
            before.objects.containers.at(service) != now.objects.containers.at(service);
        const bool meant = service == "page";
        if (built == meant && restarted == meant) continue;
        return expect(
            false,
            fmt::format(
                "{} was {}built and {}restarted",
                service,
                built ? "" : "not ",
                restarted ? "" : "not "
            )
        );
    }
    story_.also("page built and restarted; api and worker were left alone");
    return ok();
}

Task<Result<>> DemoPlay::check_apples()
{
    const auto left = co_await apples("GET");
    if (!left) co_return left.error();
    co_return expect(
        *left == apples_, fmt::format("the API's volume had {} apples, now {}", apples_, *left)
    );
}

Result<> DemoPlay::check_visits(const VisitTally& tally)
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
    const auto both = expect(
        tally.before > 0 && tally.after > 0,
        fmt::format("{} visitors saw the old page, {} the new one", tally.before, tally.after)
    );
    if (!both) return both;
    story_.also(fmt::format(
        "{} requests at 100 a second: {} got the old page, {} the new, none failed",
        tally.asked,
        tally.before,
        tally.after
    ));
    return ok();
}

Task<Result<>> DemoPlay::switch_without_build()
{
    const SceneView before = scene_->view();
    const auto added = co_await shop_.add("README", "A corner shop.\n", stop_.get_token());
    if (!added) co_return added.error();
    story_.begin("switching to a commit that changes no service");
    const auto switched = co_await deploy();
    if (!switched) co_return switched.error();
    const SceneView& now = scene_->view();
    const auto kept = expect(
        now.objects.containers == before.objects.containers &&
            now.objects.images <= before.objects.images,
        "a commit that changes no service built or restarted one"
    );
    if (!kept) co_return kept.error();
    story_.done("README committed", "its commit serves; nothing was built or restarted");
    co_return ok();
}

Task<Result<>> DemoPlay::stay()
{
    if (stage_.check) co_return ok();
    const SceneView& view = scene_->view();
    const auto line = [this](std::string_view what, std::string_view text) {
        story_.say(fmt::format("  {:<11}{}", what, text));
    };
    story_.say("");
    line("page", view.of_service("page", "url"));
    line("api", view.of_service("api", "url") + std::string(stock_path.substr(1)));
    line("logs", command("logs " + view.field("slug") + " --follow"));
    line("take down", "Ctrl-C");
    story_.say("");
    bool on = true;
    while (on && daemon_.running())
        on = co_await sleep(loop_, seconds{1}, stop_.get_token());
    if (on) co_return Error{Code::unavailable, "it could not serve on", ""};
    stop_ = std::stop_source();
    story_.say("");
    co_return ok();
}

Task<Result<>> DemoPlay::take_down()
{
    story_.begin("taking the scene down");
    const auto down = co_await scene_->take_down();
    if (!down) co_return down.error();
    story_.done("scene taken down", "");
    co_return ok();
}

Task<Result<>> DemoPlay::prove_nothing_left()
{
    story_.begin("looking for anything left");
    const auto nothing = co_await scene_->wait_until_traceless(*gateway_);
    if (!nothing) co_return nothing.error();
    story_.done("nothing left", scene_->view().objects.text());
    story_.also("no route, no row in the inventory");
    co_return ok();
}

Task<> DemoPlay::clear()
{
    story_.interrupt();
    last_lines_ = indented("The daemon's last lines:", daemon_.last_lines(15));
    if (scene_ && scene_->exists()) co_await clear_scene();
    co_await daemon_.stop();
}

/// A daemon that crashed goes on where it was, and what it made is not left to the machine.
Task<> DemoPlay::clear_scene()
{
    if (!daemon_.running()) {
        const SceneView seen = scene_->view();
        const auto again = co_await daemon_.start({});
        if (!again) co_return;
        const auto connected = co_await connect();
        if (!connected) co_return;
        scene_->adopt(seen);
    }
    const std::string scene_lines = co_await scene_->last_lines();
    last_lines_.insert(0, scene_lines);
    const auto gone = co_await scene_->take_down();
    if (!gone) last_lines_ += "The scene could not be taken down: " + gone.error().text() + "\n";
}

/// A command for another terminal: this very program, told where this very daemon is.
std::string DemoPlay::command(std::string_view words) const
{
    const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
    const bool usual = daemon_.api_port() == usual_api_port;
    return fmt::format(
        "{} {} --token-file {}{}",
        program,
        words,
        daemon_.token_file().string(),
        usual ? "" : " --server " + api_->daemon().shown
    );
}

}  // namespace diorama::cli
