#include "base/duration.hpp"
#include "base/instant.hpp"
#include "base/unicode.hpp"
#include "cli/environment_verbs.hpp"
#include "cli/exit_code.hpp"
#include "cli/log_lines.hpp"
#include "cli/progress.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace diorama::cli {

namespace {

constexpr std::size_t usual_tail = 200;
constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

constexpr std::array columns{
    Column{.key = "at"},
    Column{.key = "type"},
    Column{.key = "service"},
    Column{.key = "message"},
    Column{.key = "sequence", .usual = false},
    Column{.key = "stream", .usual = false},
    Column{.key = "deployment", .usual = false},
};

/// What the person asked to see.
struct Wanted {
    LogFilter filter;
    std::size_t tail = usual_tail;
    Instant since{};
    LogStyle style;
    bool follow = false;
};

Result<std::size_t> tail_of(const Arguments& arguments)
{
    const auto text = arguments.value("tail");
    if (!text) return arguments.has("since") ? everything : usual_tail;
    if (*text == "all") return everything;
    std::size_t count = 0;
    const auto* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, count);
    if (error == std::errc{} && stop == end && !text->empty()) return count;
    return Error{
        Code::invalid,
        fmt::format("--tail is '{}', which is no number of lines", display(*text)),
        "Write e.g. --tail 100, or --tail all."
    };
}

Result<Instant> since_of(const Arguments& arguments, Instant now)
{
    const auto text = arguments.value("since");
    if (!text) return Instant{};
    if (const auto time = parse_instant(*text)) return *time;
    if (const auto back = parse_duration(*text)) return now - *back;
    return Error{
        Code::invalid,
        fmt::format("--since is '{}', neither a length of time nor a time", display(*text)),
        "Write e.g. --since 10m, or --since 2026-03-01T12:00:00Z."
    };
}

Result<Wanted> wanted_of(Session& session)
{
    const Arguments& given = session.arguments;
    const auto tail = tail_of(given);
    if (!tail) return tail.error();
    const auto since = since_of(given, session.loop.now());
    if (!since) return since.error();
    Wanted wanted{
        .filter = {.types = given.list("type")},
        .tail = *tail,
        .since = *since,
        .style =
            {.colours = wants_colour(session.world, session.world.out_is_terminal),
                   .timestamps = given.has("timestamps")},
        .follow = given.has("follow"),
    };
    wanted.filter.services.assign(given.words.begin() + 1, given.words.end());
    const Format format = session.output.format();
    if (wanted.follow && (format == Format::yaml || format == Format::md))
        return Error{
            Code::invalid,
            "a log that is followed has no end, which yaml and md need",
            "Use -o json: a line is an object."
        };
    return wanted;
}

bool print(Session& session, const Node& line, LogStyle style)
{
    const bool json = session.output.format() == Format::json;
    return session.world.out(
        (json ? format_json(line, false) : format_log_line(line, style)) + "\n"
    );
}

/// Services that say nothing may be misspelt; nobody shall wait for those.
Task<Result<>> check_services(Session& session, std::vector<std::string> services)
{
    const auto environment = co_await session.api.get(environment_path(session.word()));
    if (!environment) co_return environment.error();
    for (const std::string& service : services) {
        auto there = check_service(*environment, service);
        if (!there) co_return there.error();
    }
    co_return ok();
}

}  // namespace

Task<Result<int>> logs(Session& session)
{
    const auto wanted = wanted_of(session);
    if (!wanted) co_return wanted.error();
    const auto past =
        co_await past_lines(session, session.word(), wanted->filter, wanted->tail, wanted->since);
    if (!past) co_return past.error();
    if (past->empty() && !wanted->filter.services.empty()) {
        const auto known = co_await check_services(session, wanted->filter.services);
        if (!known) co_return known.error();
    }
    const Format format = session.output.format();
    if (format == Format::yaml || format == Format::md || session.arguments.has("columns")) {
        const auto shown = session.output.list(columns, *past);
        if (!shown) co_return shown.error();
    } else {
        for (const Node& line : *past)
            if (!print(session, line, wanted->style)) co_return exit_ok;
    }
    if (!wanted->follow) co_return exit_ok;

    std::uint64_t after = past->empty() ? 0 : sequence_of(past->back());
    const LogListener listener{
        .show = [&](const Node& line) { return print(session, line, wanted->style); },
        .note = [&session](std::string_view text) { session.say("diorama: " + std::string(text)); }
    };
    const auto followed =
        co_await follow_lines(session, session.word(), wanted->filter, after, listener, {});
    if (!followed) co_return followed.error();
    co_return exit_ok;
}

}  // namespace diorama::cli
