#include "cli/demo/stage.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/demo/visitors.hpp"
#include "cli/output.hpp"

namespace diorama::cli {

namespace {

namespace fs = std::filesystem;

constexpr seconds comment_limit{30};
constexpr milliseconds glance{25};

/// Who owns the repository. Checks may run side by side on one Engine, so that each has an owner of
/// its own.
std::string owner(const DemoOptions& options)
{
    return options.check ? options.folder.filename().string() : "corner";
}

fs::path made(const fs::path& folder)
{
    fs::create_directories(folder);
    return folder;
}

std::map<std::string, std::string>
with_forge(std::map<std::string, std::string> settings, const DemoForge& forge)
{
    settings["DIORAMA_REPOSITORIES_PLAIN_HTTP"] = "true";
    settings["DIORAMA_GITHUB_WEBHOOK_SECRET"] = forge.secret();
    settings["DIORAMA_GITHUB_TOKEN"] = forge.platform_token();
    return settings;
}

}  // namespace

Result<> expect(bool held, std::string message)
{
    if (held) return ok();
    return Error{Code::conflict, std::move(message), ""};
}

DemoStage::DemoStage(const CliWorld& world, Loop& from, DemoOptions with)
    : loop(from),
      options(std::move(with)),
      story(world, loop),
      forge(loop, made(options.folder / "forge"), owner(options)),
      shop(loop, options.folder / "shop"),
      daemon(loop, options.folder / "data", with_forge(options.settings, forge)),
      engine(loop, options.engine)
{}

Task<Result<>> DemoStage::connect()
{
    const auto address = Address::tcp("127.0.0.1", daemon.api_port());
    const Daemon found{
        .address = address,
        .shown = "http://" + address.text(),
        .token = daemon.token(),
        .token_from = daemon.token_file().string()
    };
    api.emplace(loop, found);
    gateway.emplace(loop, Address::tcp("127.0.0.1", daemon.gateway_port()));
    const auto version = co_await api->get("/api/v1/version");
    if (!version) co_return version.error();
    const std::string installation = field(*version, "installation");
    traces.emplace(loop, *api, engine, *gateway, installation);
    for (auto* scene : {&branch, &pull, &fork})
        scene->emplace(loop, *api, engine, installation);
    pull->expect(owners_pull);
    fork->expect(strangers_pull);
    co_return ok();
}

Task<Result<>> DemoStage::until(std::function<bool()> held, seconds limit)
{
    const Instant end = loop.now() + limit;
    while (!held()) {
        if (loop.now() > end) co_return Error{Code::timed_out, "it never was so", ""};
        const bool on = co_await sleep(loop, glance, stopping());
        if (!on) co_return Error{Code::cancelled, "stopped", ""};
    }
    co_return ok();
}

Task<Result<>>
DemoStage::comment_says(DemoForge::Number number, std::string first, std::string mention)
{
    story.begin("waiting for the comment");
    Result<std::string> told = std::string();
    const auto says = [&] {
        told = forge.told(number);
        return !told || (told->starts_with("**" + first + "**") && told->contains(mention));
    };
    const auto said = co_await until(says, comment_limit);
    if (!told) co_return told.error();
    if (said) {
        story.done(fmt::format("comment on #{} follows", number), fmt::format("“{}”", first));
        co_return ok();
    }
    if (said.error().code == Code::cancelled) co_return said.error();
    co_return Error{
        Code::timed_out,
        fmt::format(
            "the comment on pull request {} does not say “{}” about {}, but “{}”",
            number,
            first,
            mention,
            display(told->substr(0, told->find('\n')))
        ),
        ""
    };
}

Task<Result<>> DemoStage::page_says(const DemoScene& scene, std::string text)
{
    const auto page = co_await fetch(*gateway, {.host = scene.view().host("page")});
    if (!page) co_return page.error();
    co_return expect(page->contains(text), fmt::format("the page does not say “{}”", text));
}

}  // namespace diorama::cli
