#include "base/encoding.hpp"
#include "base/unicode.hpp"
#include "cli/environment_verbs.hpp"
#include "cli/exit_code.hpp"

#include <array>

namespace diorama::cli {

namespace {

/// What is left to look at.
std::string outcome(const Node& environment)
{
    const std::string slug = display(field(environment, "slug"));
    const std::string serving = field(environment, "serving_commit").substr(0, 7);
    if (serving.empty()) return slug + " serves nothing";
    return fmt::format("{} goes on serving {}", slug, display(serving));
}

}  // namespace

Task<Result<int>> cancel(Session& session)
{
    const auto newest =
        co_await session.api.get(environment_path(session.word(), "/deployments?limit=1"));
    if (!newest) co_return newest.error();
    const Node* items = newest->find("items");
    if (!items || !items->list() || items->list()->empty())
        co_return Error{
            Code::not_found, fmt::format("{} was never deployed", display(session.word())), ""
        };
    const std::string id = field(items->list()->front(), "id");
    const auto cancelled = co_await session.api.post(
        fmt::format("/api/v1/deployments/{}/cancel", percent_encode(id)), Node()
    );
    if (!cancelled) co_return cancelled.error();
    const auto environment = co_await session.api.get(environment_path(session.word()));
    if (!environment) co_return environment.error();
    if (!session.output.for_people()) {
        constexpr std::array columns{
            Column{.key = "id"},
            Column{.key = "environment"},
            Column{.key = "status"},
            Column{.key = "cause"},
            Column{.key = "ended"},
        };
        const auto shown = session.output.one(columns, cancelled->body);
        if (!shown) co_return shown.error();
        co_return exit_ok;
    }
    const bool ended = field(cancelled->body, "ended") == "true";
    session.world.out(fmt::format(
        "{}; {}.\n",
        ended ? "Cancelled, and nothing of it runs any more"
              : "Cancelled, but it has not ended yet: it is seen to",
        outcome(*environment)
    ));
    co_return ended ? exit_ok : exit_failed;
}

}  // namespace diorama::cli
