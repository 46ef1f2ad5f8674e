#include "cli/log_lines.hpp"

#include "base/instant.hpp"
#include "base/json.hpp"
#include "cli/safe_text.hpp"
#include "net/sse.hpp"

#include <algorithm>
#include <array>

namespace diorama::cli {

namespace {

constexpr std::size_t page_size = 1000;
constexpr seconds longest_silence{45};
constexpr milliseconds first_pause{500};
constexpr milliseconds longest_pause{8000};

/// A service keeps its colour from one call to the next.
std::string coloured(const std::string& text)
{
    constexpr std::array colours{36, 33, 32, 35, 34, 96, 93, 92, 95, 94};
    std::size_t sum = 0;
    for (const char c : text)
        sum = sum * 31 + static_cast<unsigned char>(c);
    return fmt::format("\x1b[{}m{}\x1b[0m", colours[sum % colours.size()], text);
}

/// One connection's part of following.
struct Following {
    const LogFilter& filter;
    const LogListener& listener;
    std::uint64_t& after;
    bool wanted = true;

    Result<> take(const std::vector<ServerSentEvent>& events);
};

Result<> Following::take(const std::vector<ServerSentEvent>& events)
{
    for (const ServerSentEvent& event : events) {
        if (event.event != "line" && !event.event.empty()) continue;
        const auto line = parse_json(event.data);
        if (!line) return line.error().during("a line of the log");
        if (sequence_of(*line) <= after) continue;
        after = sequence_of(*line);
        if (filter.takes(*line)) wanted = listener.show(*line);
        if (!wanted) break;
    }
    return ok();
}

Task<Result<>>
one_connection(Session& session, std::string target, Following& following, std::stop_token stop)
{
    std::stop_source broken;
    const std::stop_callback link(stop, [&broken] { broken.request_stop(); });
    auto stream = co_await session.api.stream(
        std::move(target), fmt::format("{}", following.after), broken.get_token()
    );
    if (!stream) co_return stream.error();
    SseParser parser;
    while (following.wanted) {
        const auto silence =
            session.loop.after(longest_silence, [&broken] { broken.request_stop(); });
        const auto piece = co_await (*stream)->next();
        if (!piece) co_return piece.error();
        if (!*piece) break;
        const auto events = parser.feed(**piece);
        if (!events) co_return events.error();
        const auto taken = following.take(*events);
        if (!taken) co_return taken.error();
    }
    co_return ok();
}

Task<bool> is_gone(Session& session, std::string environment)
{
    const auto seen = co_await session.api.get(environment_path(environment));
    co_return seen&& field(*seen, "state") == "destroyed";
}

bool may_return(Code code)
{
    return code == Code::cancelled || is_retryable(code);
}

}  // namespace

bool LogFilter::takes(const Node& line) const
{
    const auto among = [](const std::vector<std::string>& wanted, const std::string& given) {
        return wanted.empty() || std::ranges::find(wanted, given) != wanted.end();
    };
    const auto of = field(line, "deployment");
    return among(services, field(line, "service")) && among(types, field(line, "type")) &&
           (deployment.empty() || of.empty() || of == deployment);
}

Query LogFilter::query() const
{
    Query query;
    if (services.size() == 1) query.emplace_back("service", services.front());
    for (const std::string& type : types)
        query.emplace_back("type", type);
    if (!deployment.empty()) query.emplace_back("deployment", deployment);
    return query;
}

std::uint64_t sequence_of(const Node& line)
{
    const Node* sequence = line.find("sequence");
    if (!sequence || !sequence->integer() || *sequence->integer() < 0) return 0;
    return static_cast<std::uint64_t>(*sequence->integer());
}

std::string format_log_line(const Node& line, LogStyle style)
{
    const auto service = field(line, "service");
    std::string from = safe_line(service.empty() ? field(line, "type") : service, false);
    if (style.colours) from = coloured(from);
    const auto message = safe_line(field(line, "message"), style.colours);
    if (!style.timestamps) return fmt::format("{} | {}", from, message);
    return fmt::format("{} {} | {}", safe_line(field(line, "at"), false), from, message);
}

Task<Result<Node::List>> past_lines(
    Session& session, std::string environment, LogFilter filter, std::size_t count, Instant since
)
{
    Node::List newest_first;
    for (std::uint64_t before = 0; newest_first.size() < count;) {
        Query query = filter.query();
        query.emplace_back("limit", fmt::format("{}", std::min(page_size, count)));
        if (before != 0) query.emplace_back("before", fmt::format("{}", before));
        const auto page =
            co_await session.api.get(environment_path(environment, "/logs" + format_query(query)));
        if (!page) co_return page.error();
        const Node* items = page->find("items");
        if (!items || !items->list() || items->list()->empty()) break;
        bool older = false;
        for (auto line = items->list()->rbegin(); line != items->list()->rend(); ++line) {
            const auto at = parse_instant(field(*line, "at"));
            older = older || (at && *at < since);
            if (!older && newest_first.size() < count && filter.takes(*line))
                newest_first.push_back(*line);
        }
        const std::uint64_t first = sequence_of(items->list()->front());
        if (older || (before != 0 && first >= before)) break;
        before = first;
    }
    std::ranges::reverse(newest_first);
    co_return newest_first;
}

Task<Result<>> follow_lines(
    Session& session,
    std::string environment,
    LogFilter filter,
    std::uint64_t& after,
    LogListener listener,
    std::stop_token stop
)
{
    const std::string target =
        environment_path(environment, "/logs" + format_query(filter.query()));
    Following following{filter, listener, after};
    milliseconds pause = first_pause;
    for (bool told = false;;) {
        const std::uint64_t before = after;
        const auto end = co_await one_connection(session, target, following, stop);
        if (stop.stop_requested() || !following.wanted) co_return ok();
        if (end.has_error() && !may_return(end.error().code)) co_return end.error();
        if (after != before) {
            pause = first_pause;
            told = false;
        }
        if (end.has_value()) {
            const bool gone = co_await is_gone(session, environment);
            if (gone) co_return ok();
        }
        if (!told) listener.note("the connection is gone; trying again");
        told = true;
        co_await sleep(session.loop, pause, stop);
        pause = std::min(2 * pause, longest_pause);
    }
}

}  // namespace diorama::cli
