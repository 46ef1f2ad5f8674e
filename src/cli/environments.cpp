#include "base/duration.hpp"
#include "base/encoding.hpp"
#include "base/instant.hpp"
#include "base/spawn.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/environment_verbs.hpp"
#include "cli/exit_code.hpp"
#include "cli/log_lines.hpp"
#include "cli/progress.hpp"
#include "cli/safe_text.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace diorama::cli {

namespace {

std::string slug(const Node& row, Instant)
{
    return field(row, "slug");
}
std::string project(const Node& row, Instant)
{
    return field(row, "project.slug");
}
std::string updated(const Node& row, Instant now)
{
    return age(row, "updated_at", now);
}
std::string used(const Node& row, Instant now)
{
    return age(row, "last_used_at", now);
}
/// "3 (in 4 min)": its place in the queue.
std::string queue(const Node& row, Instant now)
{
    const std::string position = field(row, "position");
    const std::string waits = field(row, "waits");
    if (!waits.empty()) return fmt::format("{} ({})", position, waits);
    const auto start = parse_instant(field(row, "expected_start_at"));
    if (position.empty() || !start || *start <= now) return position;
    return fmt::format("{} (in {})", position, human_duration(*start - now));
}
std::string created(const Node& row, Instant now)
{
    return age(row, "created_at", now);
}

constexpr std::array list_columns{
    Column{.key = "name", .text = slug},
    Column{.key = "project", .text = project},
    Column{.key = "state"},
    Column{.key = "commit", .text = short_commit},
    Column{.key = "url"},
    Column{.key = "updated", .text = updated},
    Column{.key = "presence", .usual = false},
    Column{.key = "used", .usual = false, .text = used},
    Column{.key = "pinned", .usual = false},
    Column{.key = "queue", .usual = false, .text = queue},
    Column{.key = "id", .usual = false},
    Column{.key = "kind", .usual = false},
    Column{.key = "key", .usual = false},
    Column{.key = "ref", .usual = false},
    Column{.key = "generation", .usual = false},
    Column{.key = "cause", .usual = false},
    Column{.key = "created", .usual = false, .text = created},
};

constexpr std::array detail_columns{
    Column{.key = "name", .text = slug},
    Column{.key = "id"},
    Column{.key = "project", .text = project},
    Column{.key = "kind"},
    Column{.key = "key"},
    Column{.key = "state"},
    Column{.key = "queue", .text = queue},
    Column{.key = "cause"},
    Column{.key = "presence"},
    Column{.key = "presence_since"},
    Column{.key = "pinned"},
    Column{.key = "kept_until"},
    Column{.key = "sleep_after"},
    Column{.key = "app_port"},
    Column{.key = "database_port"},
    Column{.key = "no_ports"},
    Column{.key = "ref"},
    Column{.key = "commit"},
    Column{.key = "serving_commit"},
    Column{.key = "url"},
    Column{.key = "created_at"},
    Column{.key = "updated_at"},
    Column{.key = "last_used_at"},
    Column{.key = "last_accessed_at"},
};

constexpr std::array service_columns{
    Column{.key = "service", .text = [](const Node& row, Instant) { return field(row, "name"); }},
    Column{.key = "status"},
    Column{.key = "replicas"},
    Column{.key = "port"},
    Column{.key = "image"},
    Column{.key = "url"},
};

Task<Result<std::string>> project_id(Session& session, std::string wanted)
{
    const auto projects = co_await session.api.list("/api/v1/projects");
    if (!projects) co_return projects.error();
    std::vector<std::string> slugs;
    for (const Node& one : *projects) {
        for (const std::string_view key : {"slug", "name", "id"})
            if (field(one, key) == wanted) co_return field(one, "id");
        slugs.push_back(field(one, "slug"));
    }
    const std::vector<std::string_view> names(slugs.begin(), slugs.end());
    const auto near = nearest(wanted, names);
    co_return Error{
        Code::not_found,
        fmt::format("there is no project '{}'", display(wanted)),
        near ? fmt::format("Did you mean {}?", display(*near)) : ""
    };
}

/// Where the answer about an environment is, or about a pull request: "acme/shop#7".
Task<Result<std::string>> why_path(Session& session, std::string word)
{
    const auto hash = word.find('#');
    if (hash == std::string::npos) co_return environment_path(word, "/why");
    const auto id = co_await project_id(session, word.substr(0, hash));
    if (!id) co_return id.error();
    co_return fmt::format(
        "/api/v1/projects/{}/pull-requests/{}/why",
        percent_encode(*id),
        percent_encode(word.substr(hash + 1))
    );
}

/// The address of one service, or of the main one.
Result<std::string> address(const Node& environment, const std::string& service)
{
    std::string url = service.empty() ? field(environment, "url") : "";
    const Node* services = environment.find("services");
    if (!service.empty() && services && services->list()) {
        for (const Node& one : *services->list())
            if (field(one, "name") == service) url = field(one, "url");
    }
    if (const auto there = check_service(environment, service); !there) return there.error();
    // What is handed to a browser must be an address of the web, whatever the daemon says.
    if (url.starts_with("http://") || url.starts_with("https://")) return url;
    return Error{
        Code::not_found,
        fmt::format(
            "{} of {} has no address",
            service.empty() ? "no service" : display(service),
            display(field(environment, "slug"))
        ),
        fmt::format("diorama why {}", display(field(environment, "slug")))
    };
}

/// Where a person sits before a screen.
bool has_screen(const CliWorld& world)
{
    const auto set = [&](const char* name) {
        return !world.environment(name).value_or("").empty();
    };
    return world.out_is_terminal && (set("DISPLAY") || set("WAYLAND_DISPLAY"));
}

}  // namespace

Result<> check_service(const Node& environment, const std::string& service)
{
    const Node* services = environment.find("services");
    // While a scene is on its way up, nobody knows them all.
    if (service.empty() || !services || !services->list() || services->list()->empty()) return ok();
    std::vector<std::string> all;
    for (const Node& one : *services->list())
        all.push_back(field(one, "name"));
    if (std::ranges::find(all, service) != all.end()) return ok();
    const std::vector<std::string_view> names(all.begin(), all.end());
    const auto near = nearest(service, names);
    return Error{
        Code::not_found,
        fmt::format("{} has no service {}", display(field(environment, "slug")), display(service)),
        near ? fmt::format("Did you mean {}?", display(*near))
             : fmt::format("It has {}.", display(fmt::format("{}", fmt::join(all, ", "))))
    };
}

Task<Result<int>> ls(Session& session)
{
    Query query;
    if (session.arguments.has("all")) query.emplace_back("all", "true");
    for (const std::string& state : session.arguments.list("state"))
        query.emplace_back("state", state);
    if (const auto wanted = session.arguments.value("project")) {
        const auto id = co_await project_id(session, *wanted);
        if (!id) co_return id.error();
        query.emplace_back("project", *id);
    }
    const bool filtered = !query.empty();
    const auto rows = co_await session.api.list("/api/v1/environments", std::move(query));
    if (!rows) co_return rows.error();
    const auto shown = session.output.list(list_columns, *rows);
    if (!shown) co_return shown.error();
    if (rows->empty() && session.output.for_people())
        session.say(filtered ? "None." : "There are no environments yet. Put one up: diorama up");
    co_return exit_ok;
}

Task<Result<int>> show(Session& session)
{
    const auto environment = co_await session.api.get(environment_path(session.word()));
    if (!environment) co_return environment.error();
    const auto shown = session.output.one(detail_columns, *environment);
    if (!shown) co_return shown.error();
    const bool for_scripts =
        session.output.format() == Format::json || session.output.format() == Format::yaml;
    const Node* services = environment->find("services");
    if (for_scripts || session.arguments.has("columns") || !services || !services->list())
        co_return exit_ok;
    session.world.out("\n");
    const auto listed = session.output.list(service_columns, *services->list());
    if (!listed) co_return listed.error();
    co_return exit_ok;
}

Task<Result<int>> open(Session& session)
{
    const auto environment = co_await session.api.get(environment_path(session.word()));
    if (!environment) co_return environment.error();
    const auto& words = session.arguments.words;
    const auto url = address(*environment, words.size() > 1 ? words[1] : "");
    if (!url) co_return url.error();
    session.world.out(safe_line(*url, false) + "\n");
    if (!has_screen(session.world)) co_return exit_ok;
    Command browser{
        .argv = {"xdg-open", *url},
        .inherited =
            {"DISPLAY",
                 "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR",
                 "XDG_CURRENT_DESKTOP", "DBUS_SESSION_BUS_ADDRESS",
                 "XAUTHORITY", "HOME"},
        .package = "xdg-utils"
    };
    const auto opened = co_await run_command(session.loop, std::move(browser));
    if (!opened) session.say("The browser was not opened: " + opened.error().text());
    co_return exit_ok;
}

Task<Result<int>> why(Session& session)
{
    const auto path = co_await why_path(session, session.word());
    if (!path) co_return path.error();
    const auto story = co_await session.api.get(*path);
    if (!story) co_return story.error();
    if (!session.output.for_people()) {
        constexpr std::array columns{
            Column{.key = "environment"},
            Column{.key = "state"},
            Column{.key = "verdict"},
            Column{.key = "reason"},
            Column{.key = "next_attempt"},
            Column{.key = "mend"},
        };
        const auto shown = session.output.one(columns, *story);
        if (!shown) co_return shown.error();
        co_return exit_ok;
    }
    const auto slug = field(*story, "environment");
    const auto state = field(*story, slug.empty() ? "verdict" : "state");
    session.world.out(fmt::format(
        "{} {}: {}\n",
        display(slug.empty() ? session.word() : slug),
        state == "failed" ? "has failed" : "is " + display(state),
        safe_lines(field(*story, "reason"))
    ));
    const auto next = field(*story, "next_attempt");
    if (!next.empty()) session.world.out("It is tried again at " + display(next) + ".\n");
    const auto untold = field(*story, "untold");
    if (!untold.empty())
        session.world.out("The forge does not show this: " + safe_lines(untold) + "\n");
    const Node* lines = story->find("last_lines");
    if (lines && lines->list() && !lines->list()->empty()) {
        session.world.out("\nThe last lines of its log:\n");
        const LogStyle style{.colours = wants_colour(session.world, session.world.out_is_terminal)};
        for (const Node& line : *lines->list())
            session.world.out("  " + format_log_line(line, style) + "\n");
    }
    const auto mend = field(*story, "mend");
    if (!mend.empty()) session.world.out("\nNext: " + safe_line(mend, false) + "\n");
    co_return exit_ok;
}

}  // namespace diorama::cli
