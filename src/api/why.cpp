#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/views.hpp"
#include "base/instant.hpp"
#include "store/deployments.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"
#include "store/log_lines.hpp"

namespace diorama::api {

namespace {

/// One sentence for a person who wonders, and the command that comes next.
struct Verdict {
    std::string_view word;
    std::string reason;
    std::string mend;
};

struct Story {
    std::optional<Deployment> latest;
    std::vector<LogLine> lines;
    std::size_t owed = 0;                 ///< Objects that could not be removed.
    std::optional<Instant> next_attempt;  ///< When it is tried again by itself.
};

Verdict on_ready(const Environment& environment, const Story& story)
{
    const bool failed = story.latest && story.latest->status == DeploymentStatus::failed;
    if (failed && story.latest->commit == environment.serving_commit)
        return {
            "stale",
            "the commit that serves could not be put up again: " + story.latest->cause,
            "diorama logs " + environment.slug
        };
    if (failed)
        return {
            "stale",
            "the newest commit failed, an older one is serving: " + story.latest->cause,
            "diorama logs " + environment.slug
        };
    return {"healthy", "it serves the wanted commit", "diorama open " + environment.slug};
}

Verdict on_destroying(const Environment& environment, const Story& story)
{
    if (story.owed == 0)
        return {
            "leaving", "it is being taken down", "diorama logs " + environment.slug + " --follow"
        };
    return {
        "stuck",
        fmt::format("{} of its objects could not be removed; it is tried again", story.owed),
        "diorama doctor"
    };
}

Verdict judge(const Environment& environment, const Story& story)
{
    const std::string logs = "diorama logs " + environment.slug;
    switch (environment.state) {
        case State::ready: return on_ready(environment, story);
        case State::failed: return {"failed", environment.cause, logs};
        case State::pending: return {"waiting", "it waits for a worker", logs + " --follow"};
        case State::awaiting_approval:
            return {
                "held",
                "its commit waits for an approval",
                "Ask somebody with the right to approve."
            };
        case State::provisioning: return {"working", "it is being put up", logs + " --follow"};
        case State::updating:
            if (environment.serving == 0)
                return {"working", "it is being put up", logs + " --follow"};
            return {
                "working",
                "a newer commit is being put up, the older one is serving",
                logs + " --follow"
            };
        case State::asleep:
            return {"asleep", "nobody looked for a while", "diorama open " + environment.slug};
        case State::destroying: return on_destroying(environment, story);
        case State::destroyed: return {"gone", "it was taken down", "diorama up puts it up again"};
    }
    std::abort();
}

Result<Story> story_of(Tx& tx, EnvironmentId id, Instant now)
{
    Story story;
    const auto latest = deployments::latest(tx, id);
    if (!latest && latest.error().code != Code::not_found) return latest.error();
    if (latest) story.latest = *latest;
    auto lines = log_lines::page(tx, {.environment = id, .limit = 15});
    if (!lines) return lines.error();
    story.lines = *std::move(lines);
    for (const Entry& entry : inventory::of_environment(tx, id))
        story.owed += entry.status == EntryStatus::owed ? 1 : 0;
    const auto next = jobs::next_look(tx, id);
    if (next && *next > now) story.next_attempt = next;
    return story;
}

}  // namespace

Task<Response> explain_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto now = context.world.scheduler.now();
    const auto read = [id = found->id, now](Tx& tx) { return story_of(tx, id, now); };
    const auto story = co_await context.world.store.read(read);
    if (!story) co_return problem(story.error());
    const Verdict verdict = judge(*found, *story);
    Node node = Node::Map{
        {"environment", found->slug},
        {"state", name(found->state)},
        {"verdict", verdict.word},
        {"reason", context.logs.redact(found->id, verdict.reason)},
        {"mend", verdict.mend}
    };
    if (story->next_attempt) node.set("next_attempt", format_instant(*story->next_attempt));
    if (story->latest) node.set("deployment", view(context, *story->latest));
    Node::List lines;
    for (const LogLine& line : story->lines)
        lines.push_back(view(line));
    node.set("last_lines", std::move(lines));
    co_return json(200, node);
}

}  // namespace diorama::api
