#include "base/duration.hpp"
#include "base/encoding.hpp"
#include "base/instant.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine_verbs.hpp"
#include "cli/safe_text.hpp"

#include <array>

namespace diorama::cli {

namespace {

std::string scopes(const Node& row, Instant)
{
    std::string text;
    const Node* list = row.find("scopes");
    if (!list || !list->list()) return text;
    for (const Node& scope : *list->list())
        text += (text.empty() ? "" : ",") + scope.scalar_text().value_or("");
    return text;
}

constexpr std::array columns{
    Column{.key = "id"},
    Column{.key = "name"},
    Column{.key = "scopes", .text = scopes},
    Column{.key = "created_at"},
    Column{.key = "last_used_at"},
    Column{.key = "expires_at"},
};

}  // namespace

Task<Result<int>> token_create(Session& session)
{
    Node::List wanted;
    for (const std::string& scope : session.arguments.list("scope"))
        wanted.emplace_back(scope);
    Node body = Node::Map{
        {"name",   session.word()   },
        {"scopes", std::move(wanted)}
    };
    if (const auto text = session.arguments.value("expires")) {
        const auto time = parse_duration(*text);
        if (!time) co_return time.error().during("--expires");
        body.set("expires_at", format_instant(session.loop.now() + *time));
    }
    const auto made = co_await session.api.post("/api/v1/tokens", std::move(body));
    if (!made) co_return made.error();
    if (session.output.for_people() && !session.arguments.has("columns")) {
        // Alone on stdout, so that $(diorama token create ci) is the token.
        session.world.out(safe_line(field(made->body, "token"), false) + "\n");
        session.say(fmt::format(
            "Keep it now: it is not shown again. To take it back: diorama token revoke {}",
            safe_line(field(made->body, "id"), false)
        ));
        co_return exit_ok;
    }
    const auto shown = session.output.one(columns, made->body);
    if (!shown) co_return shown.error();
    co_return exit_ok;
}

Task<Result<int>> token_ls(Session& session)
{
    const auto rows = co_await session.api.list("/api/v1/tokens");
    if (!rows) co_return rows.error();
    const auto shown = session.output.list(columns, *rows);
    if (!shown) co_return shown.error();
    co_return exit_ok;
}

Task<Result<int>> token_revoke(Session& session)
{
    const auto gone =
        co_await session.api.remove("/api/v1/tokens/" + percent_encode(session.word()));
    if (!gone) co_return gone.error();
    session.say("✓ the token is useless now");
    co_return exit_ok;
}

}  // namespace diorama::cli
