#include "base/duration.hpp"
#include "base/unicode.hpp"
#include "cli/environment_verbs.hpp"
#include "cli/exit_code.hpp"

#include <array>

namespace diorama::cli {

namespace {

/// For scripts the environment as it is answered, for people one line.
Task<Result<int>> told(Session& session, Node environment, std::string line)
{
    if (session.output.for_people()) {
        session.say(line);
        co_return exit_ok;
    }
    constexpr std::array columns{
        Column{.key = "slug"},
        Column{.key = "state"},
        Column{.key = "presence"},
        Column{.key = "wanted_presence"},
        Column{.key = "pinned"},
        Column{.key = "kept_until"},
    };
    const auto shown = session.output.one(columns, environment);
    if (!shown) co_return shown.error();
    co_return exit_ok;
}

std::string slug_of(const Node& environment)
{
    return display(field(environment, "slug"));
}

}  // namespace

Task<Result<int>> put_to_sleep(Session& session)
{
    const std::string rung = session.arguments.value("to").value_or("frozen");
    const auto taken = co_await session.api.post(
        environment_path(session.word(), "/sleep"),
        Node::Map{
            {"to", rung}
    }
    );
    if (!taken) co_return taken.error();
    const Node& now = taken->body;
    co_return co_await told(session, now, fmt::format("✓ {} goes to sleep", slug_of(now)));
}

Task<Result<int>> wake(Session& session)
{
    const auto taken = co_await session.api.post(environment_path(session.word(), "/wake"), Node());
    if (!taken) co_return taken.error();
    const Node& now = taken->body;
    const bool awake = field(now, "presence") == "awake";
    co_return co_await told(
        session, now, fmt::format("✓ {} {}", slug_of(now), awake ? "is awake" : "wakes")
    );
}

Task<Result<int>> pin(Session& session)
{
    const auto kept = co_await session.api.put(environment_path(session.word(), "/pin"));
    if (!kept) co_return kept.error();
    co_return co_await told(
        session, *kept, fmt::format("✓ {} is kept until it is unpinned", slug_of(*kept))
    );
}

Task<Result<int>> unpin(Session& session)
{
    const auto kept = co_await session.api.remove(environment_path(session.word(), "/pin"));
    if (!kept) co_return kept.error();
    co_return co_await told(session, *kept, fmt::format("✓ {} is not pinned", slug_of(*kept)));
}

Task<Result<int>> extend(Session& session)
{
    const auto by = parse_duration(session.arguments.words.at(1));
    if (!by) co_return by.error();
    const auto kept = co_await session.api.post(
        environment_path(session.word(), "/extend"),
        Node::Map{
            {"by", format_duration(*by)}
    }
    );
    if (!kept) co_return kept.error();
    const Node& now = kept->body;
    co_return co_await told(
        session,
        now,
        fmt::format("✓ {} may live until {}", slug_of(now), display(field(now, "kept_until")))
    );
}

}  // namespace diorama::cli
