#include "cli/exit_code.hpp"
#include "cli/machine_verbs.hpp"
#include "cli/progress.hpp"
#include "cli/safe_text.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace diorama::cli {

namespace {

constexpr std::array check_columns{
    Column{.key = "name"},
    Column{.key = "well"},
    Column{.key = "found"},
    Column{.key = "mend"},
};

bool is_well(const Node& check)
{
    const Node* well = check.find("well");
    return well && well->boolean() && *well->boolean();
}

/// How a check of the doctor is drawn: ! for what is well, but could be better.
struct Mark {
    std::string_view sign;
    int colour;
};
Mark mark_of(const Node& check)
{
    if (!is_well(check)) return {"✗", 31};
    if (!field(check, "mend").empty()) return {"!", 33};
    return {"✓", 32};
}

std::string format_check(const Node& check, bool colours)
{
    const Mark mark = mark_of(check);
    std::string sign(mark.sign);
    if (colours) sign = fmt::format("\x1b[{}m{}\x1b[0m", mark.colour, sign);
    std::string text = fmt::format("{} {}", sign, safe_line(field(check, "name"), false));
    if (const auto found = field(check, "found"); !found.empty()) text += ": " + safe_lines(found);
    if (const auto mend = field(check, "mend"); !mend.empty()) text += "\n    " + safe_lines(mend);
    return text + "\n";
}

/// The first check is whether there is anybody to ask; without, this machine is looked at from
/// here, where it is the one the daemon would run on.
Result<Node::List> checks_of(const Session& session, const Result<Node>& facts)
{
    Node::List checks;
    checks.emplace_back(Node::Map{
        {"name", "daemon"}
    });
    Node& daemon = checks.front();
    if (!facts) {
        if (facts.error().code != Code::unavailable) return facts.error();
        daemon.set("well", false);
        daemon.set("found", facts.error().message);
        daemon.set("mend", facts.error().mend);
        if (!session.world.checks || !session.api.daemon().is_local()) return checks;
        std::ranges::move(session.world.checks(), std::back_inserter(checks));
        return checks;
    }
    daemon.set("well", true);
    daemon.set("found", "answers at " + session.api.daemon().shown);
    const Node* found = facts->find("checks");
    if (!found || !found->list())
        return Error{Code::unavailable, "the daemon's answer holds no checks"};
    checks.insert(checks.end(), found->list()->begin(), found->list()->end());
    return checks;
}

}  // namespace

Task<Result<int>> doctor(Session& session)
{
    const auto facts = co_await session.api.get("/api/v1/doctor");
    const auto checks = checks_of(session, facts);
    if (!checks) co_return checks.error();
    int code = exit_ok;
    const bool colours = wants_colour(session.world, session.world.out_is_terminal);
    const bool by_line = session.output.for_people() && !session.arguments.has("columns");
    for (const Node& check : *checks) {
        if (!is_well(check)) code = exit_failed;
        if (by_line) session.world.out(format_check(check, colours));
    }
    if (by_line) co_return code;
    const auto shown = session.output.list(check_columns, *checks);
    if (!shown) co_return shown.error();
    co_return code;
}

Task<Result<int>> version(Session& session)
{
    Node node = Node::Map{
        {"client", session.world.version}
    };
    const auto daemon = co_await session.api.get("/api/v1/version");
    if (daemon) {
        node.set("server", field(*daemon, "version"));
        node.set("installation", field(*daemon, "installation"));
    }
    constexpr std::array columns{
        Column{.key = "client"}, Column{.key = "server"}, Column{.key = "installation"}
    };
    const auto shown = session.output.one(columns, node);
    if (!shown) co_return shown.error();
    if (!daemon) session.say("diorama: " + safe_lines(daemon.error().message));
    co_return exit_ok;
}

Result<int> serve(const CliWorld& world, const Arguments& arguments)
{
    return world.serve({.config = arguments.value("config"), .data = arguments.value("data")});
}

}  // namespace diorama::cli
