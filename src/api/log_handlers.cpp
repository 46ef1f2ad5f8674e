#include "api/answers.hpp"
#include "api/guarded_stream.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"

namespace diorama::api {

namespace {

Result<> take_filter(const Request& request, log_lines::Query& query)
{
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
        if (!id) return id.error().during("'deployment' in the query");
        query.deployment = *id;
    }
    return ok();
}

Result<log_lines::Query> log_query(const Request& request, EnvironmentId environment)
{
    const auto known = only_known(
        request, {"limit", "after", "before", "type", "service", "search", "deployment"}
    );
    if (!known) return known.error();
    log_lines::Query query{.environment = environment};
    const auto limit = limit_of(request, 200);
    if (!limit) return limit.error();
    query.limit = *limit;
    const auto after = resume_after(request);
    if (!after) return after.error();
    query.after = *after;
    const auto before = sequence_of(request, "before");
    if (!before) return before.error();
    query.before = *before;
    const auto filtered = take_filter(request, query);
    if (!filtered) return filtered.error();
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

}  // namespace

Task<Response> read_logs(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto query = log_query(call.request, found->id);
    if (!query) co_return problem(query.error());
    const auto lines = co_await context.logs.page(*query);
    if (!lines) co_return problem(lines.error());
    if (wants_stream(call.request)) {
        if (query->before)
            co_return problem(
                {Code::invalid,
                 "a stream has no end, so nothing comes before",
                 "Leave 'before' out."}
            );
        co_return guarded_stream(
            context,
            call,
            {found->tenant, found->identity.project},
            [&context, query = *query](EventSink& sink) {
                return stream_lines(context, query, sink);
            }
        );
    }
    Node::List items;
    for (const LogLine& line : *lines)
        items.push_back(view(line));
    co_return page(std::move(items), "");
}

}  // namespace diorama::api
