#include "cli/waiting.hpp"

#include "base/concurrency.hpp"
#include "base/duration.hpp"
#include "cli/exit_code.hpp"
#include "cli/log_lines.hpp"
#include "cli/progress.hpp"
#include "cli/safe_text.hpp"

#include <array>

namespace diorama::cli {

namespace {

constexpr minutes usual_limit{15};
constexpr milliseconds eager_pause{100};
constexpr milliseconds calm_pause{500};
constexpr seconds eager_time{5};
/// Lines are stored and shown in batches: the last ones come a moment after the end.
constexpr milliseconds last_lines_time{300};

constexpr std::array urls{
    Column{.key = "service", .text = [](const Node& row, Instant) { return field(row, "name"); }},
    Column{.key = "url"},
    Column{.key = "status", .usual = false},
    Column{.key = "image", .usual = false},
};

bool is_over(const std::string& status)
{
    return status == "success" || status == "failed" || status == "superseded";
}

std::string slug_of(const Wish& wish)
{
    return safe_line(field(wish.environment, "slug"), false);
}

/// The log of the attempt, until `stop`.
Task<> show_log(Session& session, Wish wish, Progress& progress, std::stop_token stop)
{
    const LogStyle style{.colours = wants_colour(session.world, session.world.err_is_terminal)};
    const LogListener listener{
        .show =
            [&progress, style](const Node& line) {
                progress.say(format_log_line(line, style));
                return true;
            },
        .note = [&progress](std::string_view text) { progress.say(text); }
    };
    LogFilter filter{
        .types = {"build", "deploy"},
          .deployment = wish.deployment
    };
    std::uint64_t after = 0;
    const auto followed = co_await follow_lines(
        session, field(wish.environment, "id"), std::move(filter), after, listener, stop
    );
    if (!followed) progress.say("the log cannot be shown: " + safe_lines(followed.error().text()));
}

/// The attempt once it is over. A daemon that restarts meanwhile goes on with it, and so do we.
Task<Result<Node>> watch(Session& session, Wish wish, milliseconds limit, Progress& progress)
{
    const Instant begun = session.loop.now();
    for (;;) {
        const auto seen = co_await session.api.get("/api/v1/deployments/" + wish.deployment);
        if (!seen && seen.error().code != Code::unavailable) co_return seen.error();
        const auto status = seen ? field(*seen, "status") : "";
        if (is_over(status)) co_return *seen;
        if (status == "queued") {
            const auto now =
                co_await session.api.get(environment_path(field(wish.environment, "id")));
            if (now && field(*now, "state") == "awaiting_approval")
                co_return Error{
                    Code::refused,
                    fmt::format("{} waits for an approval of its commit", slug_of(wish)),
                    "Ask somebody with the right to approve."
                };
        }
        const auto passed = session.loop.now() - begun;
        if (passed > limit)
            co_return Error{
                Code::timed_out,
                fmt::format("{} is not up after {}", slug_of(wish), human_duration(limit)),
                fmt::format("It goes on: diorama logs {} --follow", slug_of(wish))
            };
        progress.now(fmt::format("{}: {}", slug_of(wish), status.empty() ? "away" : status));
        co_await sleep(session.loop, passed < eager_time ? eager_pause : calm_pause);
    }
}

Task<Result<Node>> watch_with_log(Session& session, Wish wish, milliseconds limit)
{
    Progress progress(session.world, session.loop, slug_of(wish));
    std::stop_source over;
    TaskGroup group(session.loop);
    group.spawn(show_log(session, wish, progress, over.get_token()));
    const auto end = co_await watch(session, wish, limit, progress);
    if (end) co_await sleep(session.loop, last_lines_time);
    over.request_stop();
    co_await group.join();
    co_return end;
}

Result<int> show_places(Session& session, const Node& environment)
{
    const Node* services = environment.find("services");
    Result<> shown = ok();
    if (session.output.for_people() || session.output.format() == Format::md) {
        Node::List visited;
        if (services && services->list()) {
            for (const Node& service : *services->list())
                if (service.find("url")) visited.push_back(service);
        }
        shown = session.output.list(urls, visited);
    } else {
        shown = session.output.one(urls, environment);
    }
    if (!shown) return shown.error();
    return exit_ok;
}

Task<Result<int>> tell_failure(Session& session, Wish wish, Node deployment)
{
    const auto slug = slug_of(wish);
    session.say(fmt::format("✗ {} failed: {}", slug, safe_lines(field(deployment, "cause"))));
    const auto why =
        co_await session.api.get(environment_path(field(wish.environment, "id"), "/why"));
    if (why && field(*why, "verdict") == "stale")
        session.say("  An older version goes on serving.");
    const auto mend = why ? field(*why, "mend") : "";
    session.say("  " + (mend.empty() ? "diorama why " + slug : safe_line(mend, false)));
    // Bad input in a repository is no wrong use of this command.
    const Code code = code_named(field(deployment, "cause_code"));
    co_return code == Code::refused || code == Code::timed_out ? exit_code(code) : exit_failed;
}

}  // namespace

std::vector<Flag> waiting_flags(std::string_view limit)
{
    return {
        {"--wait",    "",     "wait until it is over (the default)"},
        {"--no-wait", "",     "return at once"                     },
        {"--timeout", "TIME", limit                                },
    };
}

Result<milliseconds> waiting_limit(const Arguments& arguments, milliseconds usual)
{
    if (arguments.has("wait") && arguments.has("no-wait"))
        return Error{Code::invalid, "--wait and --no-wait contradict each other", "Give one."};
    const auto given = arguments.value("timeout");
    if (!given) return usual;
    const auto limit = parse_duration(*given);
    if (!limit) return limit.error().during("--timeout");
    return *limit;
}

Task<Result<Wish>> wish_of(Session& session, ApiClient::Answer answer)
{
    constexpr std::string_view deployments = "/api/v1/deployments/";
    Wish wish{.environment = std::move(answer.body)};
    if (answer.location.starts_with(deployments)) {
        wish.deployment = answer.location.substr(deployments.size());
        co_return wish;
    }
    const auto newest = co_await session.api.get(
        environment_path(field(wish.environment, "id"), "/deployments?limit=1")
    );
    if (!newest) co_return newest.error();
    const Node* items = newest->find("items");
    if (items && items->list() && !items->list()->empty())
        wish.deployment = field(items->list()->front(), "id");
    if (!wish.deployment.empty()) co_return wish;
    co_return Error{Code::unavailable, "the daemon took the wish, but shows no deployment"};
}

Task<Result<int>> see_through(Session& session, Wish wish)
{
    const auto limit = waiting_limit(session.arguments, usual_limit);
    if (!limit) co_return limit.error();
    if (session.arguments.has("no-wait")) {
        session.say(fmt::format("{0} is on its way: diorama logs {0} --follow", slug_of(wish)));
        co_return show_places(session, wish.environment);
    }
    const Instant begun = session.loop.now();
    const auto deployment = co_await watch_with_log(session, wish, *limit);
    if (!deployment) co_return deployment.error();
    const auto status = field(*deployment, "status");
    if (status == "superseded")
        co_return Error{
            Code::superseded,
            fmt::format("a newer commit of {} took its place", slug_of(wish)),
            fmt::format("diorama logs {} --follow shows that one.", slug_of(wish))
        };
    if (status == "failed") co_return co_await tell_failure(session, wish, *deployment);
    const auto environment =
        co_await session.api.get(environment_path(field(wish.environment, "id")));
    if (!environment) co_return environment.error();
    session.say(fmt::format(
        "✓ {} is up after {}", slug_of(wish), human_duration(session.loop.now() - begun)
    ));
    co_return show_places(session, *environment);
}

}  // namespace diorama::cli
