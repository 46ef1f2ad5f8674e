#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/unicode.hpp"
#include "cli/exit_code.hpp"
#include "cli/forge_verbs.hpp"
#include "cli/safe_text.hpp"

#include <array>

namespace diorama::cli {

namespace {

std::string received(const Node& row, Instant now)
{
    return age(row, "received_at", now);
}

/// "pull_request.opened", as GitHub's own pages have it.
std::string event(const Node& row, Instant)
{
    const auto action = field(row, "action");
    return field(row, "event") + (action.empty() ? "" : "." + action);
}

/// "acme/shop#7"
std::string about(const Node& row, Instant)
{
    const auto number = field(row, "pull_request");
    return field(row, "repository") + (number.empty() ? "" : "#" + number);
}

constexpr std::array list_columns{
    Column{.key = "received", .text = received},
    Column{.key = "event", .text = event},
    Column{.key = "about", .text = about},
    Column{.key = "sender"},
    Column{.key = "verdict"},
    Column{.key = "reason"},
    Column{.key = "id"},
    Column{.key = "delivery", .usual = false},
    Column{.key = "remote", .usual = false},
    Column{.key = "replay_of", .usual = false},
    Column{.key = "replayed_by", .usual = false},
    Column{.key = "received_at", .usual = false},
    Column{.key = "handled_at", .usual = false},
};

constexpr std::array detail_columns{
    Column{.key = "id"},
    Column{.key = "forge"},
    Column{.key = "delivery"},
    Column{.key = "event", .text = event},
    Column{.key = "about", .text = about},
    Column{.key = "sender"},
    Column{.key = "command"},
    Column{.key = "remote"},
    Column{.key = "verdict"},
    Column{.key = "reason"},
    Column{.key = "replay_of"},
    Column{.key = "replayed_by"},
    Column{.key = "received_at"},
    Column{.key = "handled_at"},
};

std::string delivery_path(const std::string& id)
{
    return "/api/v1/deliveries/" + percent_encode(id);
}

}  // namespace

Task<Result<int>> deliveries_ls(Session& session)
{
    Query query;
    for (const char* name : {"verdict", "repository"}) {
        if (const auto value = session.arguments.value(name)) query.emplace_back(name, *value);
    }
    if (const auto number = session.arguments.value("pr"))
        query.emplace_back("pull_request", *number);
    const bool filtered = !query.empty();
    const auto rows = co_await session.api.list("/api/v1/deliveries", std::move(query));
    if (!rows) co_return rows.error();
    const auto shown = session.output.list(list_columns, *rows);
    if (!shown) co_return shown.error();
    if (rows->empty() && session.output.for_people())
        session.say(
            filtered ? "None."
                     : "No webhook came yet. Is github.webhook_secret set, and does GitHub know "
                       "the address?"
        );
    co_return exit_ok;
}

Task<Result<int>> deliveries_show(Session& session)
{
    const auto delivery = co_await session.api.get(delivery_path(session.word()));
    if (!delivery) co_return delivery.error();
    const auto shown = session.output.one(detail_columns, *delivery);
    if (!shown) co_return shown.error();
    if (!session.output.for_people() || session.arguments.has("columns")) co_return exit_ok;
    if (const Node* headers = delivery->find("headers"); headers && headers->map()) {
        session.world.out("\n");
        for (const Node::Entry& entry : *headers->map())
            session.world.out(
                safe_line(
                    fmt::format("{}: {}", entry.key, entry.value.scalar_text().value_or("")), false
                ) +
                "\n"
            );
    }
    const auto body = parse_json(field(*delivery, "body"), {.bytes = 32U << 20U});
    if (body) session.world.out("\n" + format_json(*body, true) + "\n");
    co_return exit_ok;
}

Task<Result<int>> deliveries_replay(Session& session)
{
    const auto replayed =
        co_await session.api.post(delivery_path(session.word()) + "/replay", Node());
    if (!replayed) co_return replayed.error();
    constexpr std::array columns{
        Column{.key = "id"}, Column{.key = "verdict"}, Column{.key = "reason"}
    };
    const auto shown = session.output.one(columns, replayed->body);
    if (!shown) co_return shown.error();
    co_return exit_ok;
}

}  // namespace diorama::cli
