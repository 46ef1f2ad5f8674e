#include "cli/consent.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine_verbs.hpp"
#include "cli/safe_text.hpp"

#include <array>

namespace diorama::cli {

namespace {

std::string state(const Node& row, Instant)
{
    return field(row, "held") == "true" ? "held" : "";
}

constexpr std::array item_columns{
    Column{.key = "what"},
    Column{.key = "name"},
    Column{.key = "why"},
    Column{.key = "size"},
    Column{.key = "state", .text = state},
    Column{.key = "environment", .usual = false},
    Column{.key = "bytes", .usual = false},
};

std::string owed_for(const Node& row, Instant now)
{
    return age(row, "owed_since", now);
}

constexpr std::array owed_columns{
    Column{.key = "type"},
    Column{.key = "name"},
    Column{.key = "owed", .text = owed_for},
    Column{.key = "attempts"},
    Column{.key = "problem"},
    Column{.key = "environment", .usual = false},
    Column{.key = "service", .usual = false},
    Column{.key = "next_try", .usual = false},
    Column{.key = "owed_since", .usual = false},
    Column{.key = "created_at", .usual = false},
    Column{.key = "id", .usual = false},
};

/// The items of a cleanup, for people as a table; to programs the whole answer is given.
Result<Node::List> show(const Session& session, const Node& answer)
{
    const Node* items = answer.find("items");
    if (!items || !items->list())
        return Error{Code::unavailable, "the daemon's answer holds no items"};
    const bool whole = !session.output.for_people() && !session.arguments.has("columns");
    const auto shown = whole ? session.output.one(item_columns, answer)
                             : session.output.list(item_columns, *items->list());
    if (!shown) return shown.error();
    const Node* unknown = answer.find("unknown");
    if (unknown && unknown->list()) {
        for (const Node& each : *unknown->list())
            session.say("Left alone: " + safe_lines(each.scalar_text().value_or("")));
    }
    return *items->list();
}

}  // namespace

Task<Result<int>> cleanup(Session& session)
{
    const auto planned = co_await session.api.get("/api/v1/cleanup");
    if (!planned) co_return planned.error();
    const bool dry = session.arguments.has("dry-run");
    if (dry || !session.arguments.has("yes")) {
        const auto items = show(session, *planned);
        if (!items) co_return items.error();
        if (items->empty() && session.output.for_people())
            session.say("Nothing is to be taken away.");
        if (dry || items->empty()) co_return exit_ok;
        const auto meant = consents(session, "Take all of it away?", "all of it shall go");
        if (!meant) co_return meant.error();
        if (!*meant) {
            session.say("It stays.");
            co_return exit_failed;
        }
    }
    const auto done = co_await session.api.post("/api/v1/cleanup", Node());
    if (!done) co_return done.error();
    if (!session.arguments.has("yes")) {
        session.say("✓ done: environments are being taken down, diorama ls -a shows them");
        co_return exit_ok;
    }
    const auto gone = show(session, done->body);
    if (!gone) co_return gone.error();
    co_return exit_ok;
}

Task<Result<int>> owed(Session& session)
{
    const auto rows = co_await session.api.list(
        "/api/v1/inventory",
        {
            {"status", "owed"}
    }
    );
    if (!rows) co_return rows.error();
    const auto shown = session.output.list(owed_columns, *rows);
    if (!shown) co_return shown.error();
    if (rows->empty() && session.output.for_people()) session.say("Nothing is owed.");
    co_return exit_ok;
}

}  // namespace diorama::cli
