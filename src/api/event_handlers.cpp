#include "api/answers.hpp"
#include "api/guarded_stream.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"

namespace diorama::api {

namespace {

constexpr std::size_t batch = 100;

using Records = std::vector<event_log::Record>;

Task<Result<Records>>
after(Context& context, EnvironmentId environment, std::uint64_t sequence, std::size_t limit)
{
    const auto read = [=](Tx& tx) -> Result<Records> {
        return event_log::list(tx, environment, sequence, limit);
    };
    co_return co_await context.world.store.read(read);
}

/// Events are read from the store when it committed something: a change is shown within some 50 ms.
Task<>
stream_events(Context& context, EnvironmentId environment, std::uint64_t seen, EventSink& sink)
{
    constexpr milliseconds glance{50};
    std::optional<std::uint64_t> commits;
    while (!sink.stop().stop_requested()) {
        // Counted before reading: what is committed meanwhile is read the next time.
        const std::uint64_t now = context.world.store.statistics().commits;
        bool more = commits != now;
        commits = now;
        while (more) {
            const auto records = co_await after(context, environment, seen, batch);
            if (!records) co_return;  // The client comes again with the last it saw.
            more = records->size() == batch;
            for (const event_log::Record& record : *records) {
                seen = record.sequence;
                const bool taken = co_await sink.send(
                    {.id = fmt::format("{}", record.sequence),
                     .event = record.event,
                     .data = write_json(view(record))}
                );
                if (!taken) co_return;
            }
        }
        co_await sleep(context.world.scheduler, glance, sink.stop());
    }
}

}  // namespace

Task<Response> read_events(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto known = only_known(call.request, {"limit", "after"});
    if (!known) co_return problem(known.error());
    const auto limit = limit_of(call.request, 200);
    if (!limit) co_return problem(limit.error());
    const auto given = resume_after(call.request);
    if (!given) co_return problem(given.error());
    const std::uint64_t seen = given->value_or(0);
    if (wants_stream(call.request))
        co_return guarded_stream(
            context,
            call,
            {found->tenant, found->identity.project},
            [&context, id = found->id, seen](EventSink& sink) {
                return stream_events(context, id, seen, sink);
            }
        );
    const auto records = co_await after(context, found->id, seen, *limit);
    if (!records) co_return problem(records.error());
    Node::List items;
    for (const event_log::Record& record : *records)
        items.push_back(view(record));
    co_return page(std::move(items), "");
}

}  // namespace diorama::api
