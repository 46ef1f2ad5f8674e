#include "engine/why.hpp"

#include "base/instant.hpp"
#include "engine/queue/doorman.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/inventory.hpp"

namespace diorama {

namespace {

std::string approve_command(const std::string& slug, const std::string& commit)
{
    if (slug.empty() || commit.empty()) return "diorama approvals";
    return fmt::format("diorama approve {} {}", slug, short_commit(commit));
}

Why on_ready(const Environment& environment, const Story& story)
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

Why on_destroying(const Environment& environment, const Story& story)
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

Why on_destroyed(const Environment& environment, const Story& story)
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
Why on_waiting(const Environment& environment, const Story& story)
{
    if (story.place && !story.place->waits.empty())
        return {
            "waiting",
            fmt::format(
                "it waits for a place, number {} in the queue: {}. {}",
                story.place->position,
                story.place->waits,
                story.room
            ),
            story.sleeper.empty() ? "diorama top" : "diorama sleep " + story.sleeper
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

Why judge(const Environment& environment, const Story& story)
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
Why judge(const pull_requests::Record& record, const std::string& slug)
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

}  // namespace

Why why(const Story& story)
{
    if (!story.environment) return judge(*story.record, "");
    const Environment& environment = *story.environment;
    Why verdict = judge(environment, story);
    if (!story.record) return verdict;
    if (decision_says_more(environment, *story.record))
        return judge(*story.record, environment.slug);
    if (is_going(environment.state) && story.record->verdict == pull_requests::Verdict::unwanted)
        verdict.reason += ": " + story.record->reason;
    return verdict;
}

namespace {

/// What would let it in. Who may read of it may read of its project, and of no other.
void add_room(Tx& tx, const EngineSettings& settings, Story& story, Instant now)
{
    const Waiter waiter{*story.environment, *story.latest};
    const Admission answer = prospects(tx, settings.limits, waiter, now);
    const bool free = answer.answer == Admission::Answer::admitted;
    story.room = free ? "There is a place for it now." : answer.mend;
    for (const Displaced& each : answer.candidates) {
        const auto other = environments::find(tx, each.environment);
        if (!other || other->identity.project != waiter.environment.identity.project) continue;
        story.sleeper = other->slug;
        return;
    }
}

}  // namespace

Result<Story>
story_of(Tx& tx, const EngineSettings& settings, const Environment& environment, Instant now)
{
    Story story{.environment = environment, .ended = ended_on_purpose(tx, environment)};
    const auto line = places(tx, settings, now);
    if (const auto found = line.find(environment.id); found != line.end())
        story.place = found->second;
    if (environment.pull_request) {
        const auto record =
            pull_requests::find(tx, environment.identity.project, *environment.pull_request);
        if (record) story.record = *record;
    }
    const auto latest = deployments::latest(tx, environment.id);
    if (!latest && latest.error().code != Code::not_found) return latest.error();
    if (latest) story.latest = *latest;
    if (latest && story.place && !story.place->waits.empty()) add_room(tx, settings, story, now);
    for (const Entry& entry : inventory::of_environment(tx, environment.id))
        story.owed += entry.status == EntryStatus::owed ? 1 : 0;
    return story;
}

}  // namespace diorama
