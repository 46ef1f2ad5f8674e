#include "base/unicode.hpp"
#include "cli/exit_code.hpp"
#include "cli/forge_verbs.hpp"
#include "cli/safe_text.hpp"

#include <array>

namespace diorama::cli {

namespace {

std::string about(const Node& row, Instant)
{
    return field(row, "project.name") + "#" + field(row, "number");
}

constexpr std::array held_columns{
    Column{.key = "about", .text = about},
    Column{.key = "author"},
    Column{.key = "title"},
    Column{.key = "commit", .text = short_commit},
    Column{.key = "command"},
    Column{.key = "reason", .usual = false},
    Column{.key = "environment", .usual = false},
    Column{.key = "branch", .usual = false},
    Column{.key = "from_fork", .usual = false},
};

constexpr std::array brake_columns{
    Column{.key = "holds"},
    Column{.key = "since"},
    Column{.key = "reason"},
    Column{.key = "mend"},
};

}  // namespace

Task<Result<int>> approvals(Session& session)
{
    const auto rows = co_await session.api.list("/api/v1/approvals");
    if (!rows) co_return rows.error();
    const auto shown = session.output.list(held_columns, *rows);
    if (!shown) co_return shown.error();
    if (rows->empty() && session.output.for_people())
        session.say("No commit waits for an approval.");
    co_return exit_ok;
}

Task<Result<int>> approve(Session& session)
{
    const std::string& commit = session.arguments.words[1];
    Node body = Node::Map{
        {"commit", commit}
    };
    const auto approved =
        co_await session.api.post(environment_path(session.word(), "/approve"), std::move(body));
    if (!approved) co_return approved.error();
    const auto slug = display(field(approved->body, "slug"));
    session.say(fmt::format(
        "✓ commit {} of {} may run; a later push needs an approval of its own",
        safe_line(commit, false),
        slug
    ));
    if (session.output.for_people()) session.say(fmt::format("  diorama logs {} --follow", slug));
    co_return exit_ok;
}

Task<Result<int>> brake(Session& session)
{
    const auto state = co_await session.api.get("/api/v1/brake");
    if (!state) co_return state.error();
    if (!session.output.for_people() || session.arguments.has("columns")) {
        const auto shown = session.output.one(brake_columns, *state);
        if (!shown) co_return shown.error();
        co_return exit_ok;
    }
    if (field(*state, "holds") != "true") {
        session.world.out("It holds nothing back.\n");
        co_return exit_ok;
    }
    session.world.out("It holds: " + safe_lines(field(*state, "reason")) + "\n");
    const Node* held = state->find("held");
    if (!held || !held->list()) co_return exit_ok;
    for (const Node& one : *held->list())
        session.world.out(fmt::format(
            "  {}: {}\n", safe_line(field(one, "what"), false), safe_line(field(one, "why"), false)
        ));
    co_return exit_ok;
}

Task<Result<int>> brake_release(Session& session)
{
    const auto released = co_await session.api.post("/api/v1/brake", Node());
    if (!released) co_return released.error();
    session.say(fmt::format(
        "✓ released: {} pull requests are looked at one by one, {} environments are taken down",
        safe_line(field(released->body, "released"), false),
        safe_line(field(released->body, "ended"), false)
    ));
    co_return exit_ok;
}

}  // namespace diorama::cli
