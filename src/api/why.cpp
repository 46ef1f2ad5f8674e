#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "base/instant.hpp"
#include "base/unicode.hpp"
#include "engine/cleanup/ended.hpp"
#include "engine/queue/places.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/feedback.hpp"
#include "store/inventory.hpp"
#include "store/jobs.hpp"
#include "store/log_lines.hpp"
#include "store/projects.hpp"
#include "store/pull_requests.hpp"

namespace diorama::api {

namespace {

/// One sentence for a person who wonders, and the command that comes next.
struct Verdict {
    std::string_view word;
    std::string reason;
    std::string mend;
};

struct Story {
    std::optional<Environment> environment;
    std::optional<Project> project;
    std::optional<pull_requests::Record> record;
    std::optional<Deployment> latest;
    std::vector<LogLine> lines;
    std::optional<Place> place;           ///< In the line before the workers.
    std::size_t owed = 0;                 ///< Objects that could not be removed.
    std::optional<Instant> next_attempt;  ///< When it is tried again by itself.
    std::string untold;                   ///< Why the forge does not show how it stands.
    std::optional<Ended> ended;           ///< That it was ended on purpose.
};

std::string approve_command(const std::string& slug, const std::string& commit)
{
    if (slug.empty() || commit.empty()) return "diorama approvals";
    return fmt::format("diorama approve {} {}", slug, short_commit(commit));
}

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
            "leaving",
            "it is being taken down" + (story.ended ? ": " + story.ended->why : ""),
            "diorama logs " + environment.slug + " --follow"
        };
    return {
        "stuck",
        fmt::format("{} of its objects could not be removed; it is tried again", story.owed),
        "diorama owed"
    };
}

Verdict on_destroyed(const Environment& environment, const Story& story)
{
    using pull_requests::Verdict::unwanted;
    if (!story.ended || (story.record && story.record->verdict == unwanted))
        return {"gone", "it was taken down", "diorama up puts it up again"};
    return {
        "gone",
        fmt::format(
            "it was taken down: {}{}",
            story.ended->why,
            environment.pull_request ? "; a push puts it up again" : ""
        ),
        "diorama redeploy " + environment.slug
    };
}

/// It has its wish, and nobody has taken it up yet.
Verdict on_waiting(const Environment& environment, const Story& story)
{
    if (story.place && !story.place->waits.empty())
        return {
            "waiting",
            fmt::format(
                "it waits for a place, number {} in the queue: {}",
                story.place->position,
                story.place->waits
            ),
            "diorama top"
        };
    std::string reason = "it waits for a worker";
    if (story.place) reason += fmt::format(", number {} in the queue", story.place->position);
    if (story.place && story.place->start)
        reason += ", and is expected to start at " + format_instant(*story.place->start);
    if (environment.serving != 0) reason += "; an older one is serving";
    return {
        "waiting", std::move(reason), fmt::format("diorama logs {} --follow", environment.slug)
    };
}

Verdict judge(const Environment& environment, const Story& story)
{
    const std::string logs = "diorama logs " + environment.slug;
    if (story.place && environment.state != State::awaiting_approval)
        return on_waiting(environment, story);
    switch (environment.state) {
        case State::ready: return on_ready(environment, story);
        case State::failed: return {"failed", environment.cause, logs};
        case State::pending: return on_waiting(environment, story);
        case State::awaiting_approval:
            return {
                "held",
                "its commit waits for an approval",
                approve_command(environment.slug, environment.wanted.commit)
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
            return {
                "asleep",
                fmt::format(
                    "it is {} since {}; a visit wakes it",
                    name(environment.presence),
                    to_text(environment.presence_since)
                ),
                "diorama wake " + environment.slug
            };
        case State::destroying: return on_destroying(environment, story);
        case State::destroyed: return on_destroyed(environment, story);
    }
    std::abort();
}

/// What was decided about a pull request, where its environment does not say more.
Verdict judge(const pull_requests::Record& record, const std::string& slug)
{
    switch (record.verdict) {
        case pull_requests::Verdict::unread:
            return {"waiting", "its forge has not been asked about it yet", ""};
        case pull_requests::Verdict::preview:
            return {"waiting", "it gets a preview as soon as a worker is free", ""};
        case pull_requests::Verdict::passed: return {"passed", record.reason, ""};
        case pull_requests::Verdict::unwanted: return {"filtered", record.reason, ""};
        case pull_requests::Verdict::held:
            return {"held", record.reason, approve_command(slug, record.facts.head_commit)};
        case pull_requests::Verdict::refused: return {"refused", record.reason, ""};
        case pull_requests::Verdict::unknown:
            return {"unknown", record.reason + "; it is asked again", "diorama doctor"};
    }
    std::abort();
}

/// Whether the decision tells more than the environment: that serves, but not the newest commit.
bool decision_says_more(const Environment& environment, const pull_requests::Record& record)
{
    using enum pull_requests::Verdict;
    if (record.verdict == unread || record.verdict == preview || record.verdict == unwanted)
        return false;
    const State state = environment.state;
    return state == State::ready || state == State::asleep || state == State::awaiting_approval;
}

Verdict judge(const Story& story)
{
    if (!story.environment) return judge(*story.record, "");
    const Environment& environment = *story.environment;
    Verdict verdict = judge(environment, story);
    if (!story.record) return verdict;
    if (decision_says_more(environment, *story.record))
        return judge(*story.record, environment.slug);
    if (is_going(environment.state) && story.record->verdict == pull_requests::Verdict::unwanted)
        verdict.reason += ": " + story.record->reason;
    return verdict;
}

Result<Story>
story_of(Tx& tx, const EngineSettings& settings, const Environment& environment, Instant now)
{
    Story story{.environment = environment};
    const auto line = places(tx, settings, now);
    if (const auto found = line.find(environment.id); found != line.end())
        story.place = found->second;
    const auto project = projects::find(tx, environment.identity.project);
    if (project) story.project = *project;
    if (project && environment.pull_request) {
        const auto record = pull_requests::find(tx, project->id, *environment.pull_request);
        if (record) story.record = *record;
    }
    const auto latest = deployments::latest(tx, environment.id);
    if (!latest && latest.error().code != Code::not_found) return latest.error();
    if (latest) story.latest = *latest;
    auto lines = log_lines::page(tx, {.environment = environment.id, .limit = 15});
    if (!lines) return lines.error();
    story.lines = *std::move(lines);
    for (const Entry& entry : inventory::of_environment(tx, environment.id))
        story.owed += entry.status == EntryStatus::owed ? 1 : 0;
    const auto next = jobs::next_look(tx, environment.id);
    if (next && *next > now) story.next_attempt = next;
    story.untold = feedback::find(tx, environment.id).problem;
    story.ended = ended_on_purpose(tx, environment);
    return story;
}

Node told(Context& context, const Story& story)
{
    const Verdict verdict = judge(story);
    const auto id = story.environment ? story.environment->id : EnvironmentId{};
    Node node = Node::Map{
        {"verdict", verdict.word},
        {"reason", context.logs.redact(id, verdict.reason)},
        {"mend", verdict.mend}
    };
    if (story.environment) {
        node.set("environment", story.environment->slug);
        node.set("state", name(story.environment->state));
    }
    if (story.record) node.set("pull_request", view(context, *story.record, *story.project));
    if (story.next_attempt) node.set("next_attempt", format_instant(*story.next_attempt));
    if (!story.untold.empty()) node.set("untold", context.logs.redact(id, story.untold));
    if (story.latest) node.set("deployment", view(context, *story.latest));
    Node::List lines;
    for (const LogLine& line : story.lines)
        lines.push_back(view(line));
    node.set("last_lines", std::move(lines));
    return node;
}

/// Which pull request somebody asks about.
struct Asked {
    std::string project;  ///< Its id or slug.
    std::int64_t number = 0;
    Grants who;
    Instant now{};
};

/// The story of a pull request whose project the caller may read.
Result<Story> story_of(Tx& tx, const EngineSettings& settings, const Asked& asked)
{
    const auto& [project, number, who, now] = asked;
    const auto id = ProjectId::parse(project);
    const auto found = id ? projects::find(tx, *id) : projects::find_by_slug(tx, project);
    const Resource resource = found ? Resource{found->tenant, found->id} : Resource{};
    const bool permitted = found && allowed(who, Right::read, resource);
    const std::string called = display(permitted ? found->name : project, 100);
    const Error none{
        Code::not_found,
        fmt::format("nothing is known of pull request {} of {}", number, called),
        "diorama deliveries ls shows which webhooks came."
    };
    if (!permitted) return none;
    const auto environment =
        environments::find(tx, found->tenant, pull_request_identity(found->id, number));
    if (environment) return story_of(tx, settings, *environment, now);
    const auto record = pull_requests::find(tx, found->id, number);
    if (!record) return none;
    Story story{.project = *found};
    story.record = *record;
    return story;
}

}  // namespace

Task<Response> explain_environment(Context& context, Call call)
{
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto read = [environment = *found,
                       &settings = context.world.settings,
                       now = context.world.scheduler.now()](Tx& tx) {
        return story_of(tx, settings, environment, now);
    };
    const auto story = co_await context.world.store.read(read);
    if (!story) co_return problem(story.error());
    co_return json(200, told(context, *story));
}

Task<Response> explain_pull_request(Context& context, Call call)
{
    const auto number = whole_number("number", call.param("number"));
    if (!number) co_return problem(number.error());
    const Asked asked{
        .project = call.param("id"),
        .number = static_cast<std::int64_t>(*number),
        .who = call.caller.grants,
        .now = context.world.scheduler.now()
    };
    const auto read = [asked, &settings = context.world.settings](Tx& tx) {
        return story_of(tx, settings, asked);
    };
    const auto story = co_await context.world.store.read(read);
    if (!story) co_return problem(story.error());
    co_return json(200, told(context, *story));
}

}  // namespace diorama::api
