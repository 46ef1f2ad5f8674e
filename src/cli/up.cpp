#include "base/duration.hpp"
#include "base/unicode.hpp"
#include "cli/consent.hpp"
#include "cli/environment_verbs.hpp"
#include "cli/exit_code.hpp"
#include "cli/progress.hpp"
#include "cli/repository.hpp"
#include "cli/waiting.hpp"

#include <charconv>

namespace diorama::cli {

namespace {

constexpr minutes usual_removal{5};
constexpr milliseconds glance{200};

Result<std::int64_t> pull_request(const std::string& text)
{
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && stop == end && number > 0) return number;
    return Error{
        Code::invalid,
        fmt::format("--pr is '{}', which is no number of a pull request", display(text)),
        "Write e.g. --pr 7."
    };
}

Result<Node> wish_body(const Arguments& arguments, const Repository& repository)
{
    Node body = Node::Map{
        {"repository", repository.address}
    };
    for (const std::string_view key : {"branch", "commit", "name", "ref"}) {
        if (const auto value = arguments.value(key)) body.set(key, *value);
    }
    if (const auto text = arguments.value("pr")) {
        const auto number = pull_request(*text);
        if (!number) return number.error();
        body.set("pull_request", *number);
    }
    const bool says_which =
        body.find("branch") || body.find("commit") || body.find("ref") || body.find("pull_request");
    if (says_which) return body;
    if (repository.branch.empty())
        return Error{
            Code::invalid,
            "nothing says which commit shall be shown",
            "Add --branch, --pr or --commit."
        };
    body.set("branch", repository.branch);
    return body;
}

Result<bool> is_meant(const Session& session)
{
    const std::string name = display(session.word());
    const auto meant = consents(
        session,
        fmt::format("Take down {}, with its containers, volumes and data?", name),
        name + " shall go"
    );
    if (meant && !*meant) session.say("It stays.");
    return meant;
}

Task<Result<>> wait_until_gone(Session& session, std::string id, milliseconds limit)
{
    const Progress progress(session.world, session.loop, "taking down " + session.word());
    const Instant end = session.loop.now() + limit;
    while (session.loop.now() < end) {
        const auto seen = co_await session.api.get(environment_path(id));
        const Code code = seen.has_error() ? seen.error().code : Code::none;
        if (code == Code::not_found || (seen && field(*seen, "state") == "destroyed"))
            co_return ok();
        if (code != Code::none && code != Code::unavailable) co_return seen.error();
        co_await sleep(session.loop, glance);
    }
    co_return Error{
        Code::timed_out,
        fmt::format("{} is not gone after {}", display(session.word()), human_duration(limit)),
        fmt::format(
            "What is left is tried again and again: diorama why {}", display(session.word())
        )
    };
}

}  // namespace

Task<Result<int>> up(Session& session)
{
    std::optional<std::string> given;
    if (!session.arguments.words.empty()) given = session.word();
    const auto limit = waiting_limit(session.arguments, minutes{15});
    if (!limit) co_return limit.error();
    const auto repository = co_await find_repository(session.loop, session.world, given);
    if (!repository) co_return repository.error();
    auto body = wish_body(session.arguments, *repository);
    if (!body) co_return body.error();
    auto taken =
        co_await session.api.post("/api/v1/environments", *std::move(body), "respond-async");
    if (!taken) co_return taken.error();
    auto wish = co_await wish_of(session, *std::move(taken));
    if (!wish) co_return wish.error();
    co_return co_await see_through(session, *std::move(wish));
}

Task<Result<int>> redeploy(Session& session)
{
    const auto limit = waiting_limit(session.arguments, minutes{15});
    if (!limit) co_return limit.error();
    auto taken = co_await session.api.post(
        environment_path(session.word(), "/redeploy"), Node(), "respond-async"
    );
    if (!taken) co_return taken.error();
    auto wish = co_await wish_of(session, *std::move(taken));
    if (!wish) co_return wish.error();
    co_return co_await see_through(session, *std::move(wish));
}

Task<Result<int>> down(Session& session)
{
    const auto limit = waiting_limit(session.arguments, usual_removal);
    if (!limit) co_return limit.error();
    const auto meant = is_meant(session);
    if (!meant) co_return meant.error();
    if (!*meant) co_return exit_failed;
    const auto going = co_await session.api.remove(environment_path(session.word()));
    if (!going) co_return going.error();
    if (session.arguments.has("no-wait")) {
        session.say(display(session.word()) + " is being taken down");
        co_return exit_ok;
    }
    // By its id: another one may take over the name of what is gone.
    const auto id = field(*going, "id");
    const auto gone = co_await wait_until_gone(session, id.empty() ? session.word() : id, *limit);
    if (!gone) co_return gone.error();
    session.say("✓ " + display(session.word()) + " is gone");
    co_return exit_ok;
}

}  // namespace diorama::cli
