#include "base/byte_size.hpp"
#include "base/duration.hpp"
#include "base/instant.hpp"
#include "base/unicode.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine_verbs.hpp"
#include "cli/safe_text.hpp"

#include <array>
#include <charconv>

namespace diorama::cli {

namespace {

constexpr seconds glance{2};
/// So that a line of the table fits 80 columns.
constexpr std::size_t widest_name = 28;

using Rows = std::vector<std::vector<std::string>>;

/// The largest unit is enough here: "3 d", "12 min".
std::string coarse(milliseconds time)
{
    if (time < seconds{1}) return "now";
    const std::string text = human_duration(time);
    const auto unit = text.find(' ');
    return text.substr(0, text.find(' ', unit + 1));
}

std::string since(const Node& row, std::string_view key, Instant now)
{
    const auto time = parse_instant(field(row, key));
    return time ? coarse(now - *time) : "";
}

std::optional<double> number(const Node& row, std::string_view key)
{
    const std::string text = field(row, key);
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string bytes(double value)
{
    return human_byte_size({static_cast<std::uint64_t>(std::max(value, 0.0))});
}

std::string plain(double value)
{
    return fmt::format("{:g}", value);
}

/// "3 of 10", or "3" where there is no limit.
std::string budget(const Node& answer, const std::string& key, std::string (*text)(double))
{
    const auto used = number(answer, key + ".used");
    const auto most = number(answer, key + ".most");
    if (!used) return "";
    return most ? fmt::format("{} of {}", text(*used), text(*most)) : text(*used);
}

const Node::List& items(const Node& answer, std::string_view key)
{
    static const Node::List none;
    const Node* found = answer.find(key);
    return found && found->list() ? *found->list() : none;
}

std::string shortened(const std::string& name)
{
    if (name.size() <= widest_name) return name;
    return name.substr(0, widest_name - 1) + "…";
}

std::string summary(const Node& answer)
{
    std::string text = fmt::format(
        "Awake {}   memory promised {}   cores promised {}\n",
        budget(answer, "limits.environments", plain),
        budget(answer, "limits.memory", bytes),
        budget(answer, "limits.cpus", plain)
    );
    text += fmt::format(
        "Workers {}   images {}   disk {}   at a limit: {}\n",
        budget(answer, "workers", plain),
        field(answer, "images"),
        budget(answer, "disk", bytes),
        field(answer, "limits.at_limit")
    );
    return text;
}

std::string expected(const Node& row, Instant now)
{
    const auto start = parse_instant(field(row, "expected_start_at"));
    if (!start) return "";
    return *start <= now ? "now" : "in " + coarse(*start - now);
}

std::string queue(const Node& answer, Instant now)
{
    Rows rows;
    for (const Node& row : items(answer, "queue")) {
        const std::string waits = field(row, "waits");
        rows.push_back(
            {field(row, "position"),
             shortened(field(row, "slug")),
             expected(row, now),
             waits.empty() ? "a worker" : "a place: " + waits}
        );
    }
    if (rows.empty()) return "";
    return "\n" + format_table({"QUEUE", "NAME", "STARTS", "WAITS FOR"}, rows);
}

/// Where it stands: "ready", "asleep/frozen", with a star where it is pinned.
std::string state(const Node& row)
{
    std::string text = field(row, "state");
    if (text == "asleep") text += "/" + field(row, "presence");
    const Node* pinned = row.find("pinned");
    return pinned && pinned->boolean() && *pinned->boolean() ? text + "*" : text;
}

std::string environments(const Node& answer, Instant now)
{
    Rows rows;
    for (const Node& row : items(answer, "environments")) {
        const auto memory = number(row, "memory");
        const auto cpu = number(row, "cpu");
        rows.push_back(
            {shortened(field(row, "slug")),
             state(row),
             since(row, "created_at", now),
             since(row, "last_used_at", now),
             memory ? bytes(*memory) : "",
             cpu ? fmt::format("{:.2f}", *cpu) : ""}
        );
    }
    if (rows.empty()) return "\nThere are no environments yet. Put one up: diorama up\n";
    return "\n" + format_table({"NAME", "STATE", "AGE", "USED", "MEMORY", "CPU"}, rows);
}

constexpr std::array columns{
    Column{
           .key = "awake",
           .text = [](const Node& row, Instant) { return budget(row, "limits.environments", plain); }
    },
    Column{
           .key = "memory",
           .text = [](const Node& row, Instant) { return budget(row, "limits.memory", bytes); }
    },
    Column{
           .key = "cores",
           .text = [](const Node& row, Instant) { return budget(row, "limits.cpus", plain); }
    },
    Column{
           .key = "at_limit",
           .text = [](const Node& row, Instant) { return field(row, "limits.at_limit"); }
    },
    Column{
           .key = "workers",
           .text = [](const Node& row, Instant) { return budget(row, "workers", plain); }
    },
    Column{.key = "images"},
    Column{
           .key = "disk", .text = [](const Node& row, Instant) { return budget(row, "disk", bytes); }
    },
};

}  // namespace

Task<Result<int>> top(Session& session)
{
    const bool live = session.world.out_is_terminal && !session.arguments.has("once");
    for (;;) {
        const auto answer = co_await session.api.get("/api/v1/capacity");
        if (!answer) co_return answer.error();
        if (!session.output.for_people() || session.arguments.has("columns")) {
            const auto shown = session.output.one(columns, *answer);
            if (!shown) co_return shown.error();
            co_return exit_ok;
        }
        const Instant now = session.loop.now();
        // Home, then each screen anew: without a flash where the terminal is slow.
        const std::string screen =
            summary(*answer) + queue(*answer, now) + environments(*answer, now);
        const bool read = session.world.out((live ? "\x1b[H\x1b[J" : "") + safe_lines(screen));
        if (!live || !read) co_return exit_ok;
        co_await sleep(session.loop, glance);
    }
}

}  // namespace diorama::cli
