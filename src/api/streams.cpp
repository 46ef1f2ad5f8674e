#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/views.hpp"
#include "net/sse.hpp"

namespace diorama::api {

namespace {

bool wants_stream(const Request& request)
{
    return request.headers.lists("Accept", "text/event-stream");
}

Result<log_lines::Query> log_query(const Request& request, EnvironmentId environment)
{
    log_lines::Query query{.environment = environment};
    const auto limit = limit_of(request, 200);
    if (!limit) return limit.error();
    query.limit = *limit;
    const auto after = sequence_of(request, "after");
    if (!after) return after.error();
    query.after = *after;
    if (const auto before = request.query_value("before")) {
        const auto parsed = sequence_of(request, "before");
        if (!parsed) return parsed.error();
        query.before = *parsed;
    }
    for (const auto& [key, value] : request.query) {
        if (key != "type") continue;
        const auto type = log_type_named(value);
        if (!type) return type.error();
        query.types.push_back(*type);
    }
    if (const auto service = request.query_value("service")) query.service = std::string(*service);
    if (const auto search = request.query_value("search")) query.search = *search;
    if (const auto deployment = request.query_value("deployment")) {
        const auto id = DeploymentId::parse(*deployment);
        if (!id) return id.error();
        query.deployment = *id;
    }
    return query;
}

/// Each line with its sequence as the event's id: `Last-Event-ID` goes on where it broke.
Task<> stream_lines(Context& context, log_lines::Query query, EventSink& sink)
{
    Follower follower = context.logs.follow(std::move(query));
    for (;;) {
        const auto line = co_await follower.next(sink.stop());
        if (!line || !*line) co_return;
        const bool taken = co_await sink.send(
            {.id = fmt::format("{}", (*line)->sequence),
             .event = "line",
             .data = write_json(view(**line))}
        );
        if (!taken) co_return;
    }
}

/// Events are read from the store when it committed something: a change is shown within some 50 ms.
Task<>
stream_events(Context& context, EnvironmentId environment, std::uint64_t after, EventSink& sink)
{
    constexpr milliseconds glance{50};
    std::uint64_t commits = 0;
    bool first = true;
    while (!sink.stop().stop_requested()) {
        const std::uint64_t now = context.world.store.statistics().commits;
        if (first || now != commits) {
            first = false;
            commits = now;
            const auto read = [=](Tx& tx) -> Result<std::vector<event_log::Record>> {
                return event_log::list(tx, environment, after, 100);
            };
            const auto records = co_await context.world.store.read(read);
            if (!records) co_return;
            for (const event_log::Record& record : *records) {
                after = record.sequence;
                const bool taken = co_await sink.send(
                    {.id = fmt::format("{}", record.sequence),
                     .event = record.event,
                     .data = write_json(view(record))}
                );
                if (!taken) co_return;
            }
            if (records->size() == 100) first = true;
        }
        co_await sleep(context.world.scheduler, glance, sink.stop());
    }
}

}  // namespace

Task<Response> read_logs(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    auto query = log_query(call.request, found->id);
    if (!query) co_return problem(query.error());
    if (wants_stream(call.request))
        co_return event_stream(
            context.world.scheduler,
            [&context, query = *query](EventSink& sink) {
                return stream_lines(context, query, sink);
            }
        );
    const auto lines = co_await context.logs.page(*std::move(query));
    if (!lines) co_return problem(lines.error());
    Node::List items;
    for (const LogLine& line : *lines)
        items.push_back(view(line));
    co_return page(std::move(items), "");
}

Task<Response> read_events(Context& context, Call call)
{
    const auto found = co_await find_environment(context, call.caller, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto limit = limit_of(call.request, 200);
    if (!limit) co_return problem(limit.error());
    const auto given = sequence_of(call.request, "after");
    if (!given) co_return problem(given.error());
    const std::uint64_t after = given->value_or(0);
    if (wants_stream(call.request))
        co_return event_stream(
            context.world.scheduler,
            [&context, id = found->id, after](EventSink& sink) {
                return stream_events(context, id, after, sink);
            }
        );
    const auto read = [id = found->id, after, limit = *limit](Tx& tx
                      ) -> Result<std::vector<event_log::Record>> {
        return event_log::list(tx, id, after, limit);
    };
    const auto records = co_await context.world.store.read(read);
    if (!records) co_return problem(records.error());
    Node::List items;
    for (const event_log::Record& record : *records)
        items.push_back(view(record));
    co_return page(std::move(items), "");
}

}  // namespace diorama::api
