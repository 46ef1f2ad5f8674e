#include "engine/report.hpp"

#include "engine/cleanup/ended.hpp"
#include "engine/facts.hpp"
#include "engine/forges.hpp"
#include "engine/why.hpp"
#include "forge/comment_command.hpp"
#include "store/deliveries.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"
#include "store/log_lines.hpp"
#include "store/pull_requests.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::size_t last_lines = 15;

/// None when there is no record: nobody looked at the pull request yet.
std::optional<pull_requests::Record> held_record(Tx& tx, const Environment& environment)
{
    if (is_going(environment.state)) return std::nullopt;
    const auto record =
        pull_requests::find(tx, environment.identity.project, *environment.pull_request);
    if (!record) return std::nullopt;
    const bool held = environment.state == State::awaiting_approval ||
                      record->verdict == pull_requests::Verdict::held;
    return held ? std::optional(*record) : std::nullopt;
}

Subject subject(const Environment& environment, const std::optional<pull_requests::Record>& held)
{
    return {environment.wanted.generation, held ? held->facts.head_commit : ""};
}

/// Where the forge shows a commit, when its place is a web address.
std::string commit_url(const Project& project, const std::string& commit)
{
    std::string_view place = project.repository;
    if (commit.empty() || !place.starts_with("http")) return "";
    if (place.ends_with(".git")) place.remove_suffix(4);
    return fmt::format("{}/commit/{}", place, commit);
}

/// A stranger's commit is tried again as a stranger's: in its own environment.
std::string reproduction(const Project& project, const Environment& environment)
{
    if (environment.wanted.untrusted) return "diorama redeploy " + environment.slug;
    return fmt::format(
        "diorama up {} --pr {} --commit {}",
        project.repository,
        *environment.pull_request,
        environment.wanted.commit
    );
}

/// Which of several addresses is the one, and why.
std::vector<std::string> main_note(Tx& tx, const EnvironmentFacts& facts)
{
    const Environment& it = facts.environment;
    const auto routed = std::ranges::count_if(facts.services, [](const ServiceFacts& service) {
        return service.address.has_value();
    });
    if (routed < 2) return {};
    const Generation shown = it.serving != 0 ? it.serving : it.wanted.generation;
    const auto deployment = deployments::of_generation(tx, it.id, shown);
    if (!deployment || deployment->main_chosen.empty()) return {};
    return {deployment->main_chosen};
}

std::vector<Report::Service> services(const EnvironmentFacts& facts, const EngineSettings& settings)
{
    std::vector<Report::Service> list;
    list.reserve(facts.services.size());
    for (const ServiceFacts& service : facts.services)
        list.push_back(
            {.name = service.name,
             .url = service.address ? url(*service.address, settings.entrance) : "",
             .state = std::string(status_of(service, facts.environment.state))}
        );
    return list;
}

Result<> add_failure(Tx& tx, const EnvironmentFacts& facts, DeploymentId attempt, Report& report)
{
    const Environment& environment = facts.environment;
    report.cause = environment.cause;
    report.reproduce = reproduction(facts.project, environment);
    const auto lines = log_lines::page(
        tx, {.environment = environment.id, .deployment = attempt, .limit = last_lines}
    );
    if (!lines) return lines.error();
    for (const LogLine& line : *lines)
        report.log.push_back(
            line.service.empty() ? line.message : line.service + ": " + line.message
        );
    return ok();
}

/// From when it was put up last until it was gone.
milliseconds lived(Tx& tx, const Environment& environment)
{
    const auto again = event_log::newest(tx, environment.id, name(Event::reopened));
    return *environment.destroyed_at - (again ? again->at : environment.created_at);
}

void set_previous(Report& report, const EnvironmentFacts& facts)
{
    report.previous = facts.environment.serving_commit;
    report.previous_url = commit_url(facts.project, report.previous);
}

/// Whether its pull request may have a preview: it is open, and no rule says no.
bool is_wanted(Tx& tx, const Environment& environment)
{
    const auto record =
        pull_requests::find(tx, environment.identity.project, *environment.pull_request);
    return record && record->verdict != pull_requests::Verdict::unwanted;
}

void set_place(Report& report, const EnvironmentFacts& facts)
{
    if (!facts.place) return;
    report.position = facts.place->position;
    report.start = facts.place->start;
    report.waits = facts.place->waits;
}

/// The last command somebody wrote in a comment. What was wished since makes it history.
std::optional<Report::Asked>
asked(Tx& tx, const EnvironmentFacts& facts, const EngineSettings& settings, Instant now)
{
    const Environment& environment = facts.environment;
    const std::string& repository = facts.project.repository_id;
    const auto last = deliveries::last_command(tx, repository, *environment.pull_request);
    if (!last || last->handled_at.value_or(Instant{}) < environment.wanted_at) return std::nullopt;
    Report::Asked told{last->sender, last->command, last->reason};
    // Who asks why is told how it stands, as long as it is so.
    if (last->command == text_of({.verb = CommentCommand::Verb::why}))
        if (const auto story = story_of(tx, settings, environment, now))
            told.outcome = why(*story).reason;
    return told;
}

/// What is true of the environment whatever its deployments came to.
Report outline(Tx& tx, const EnvironmentFacts& facts, const EngineSettings& settings)
{
    const Environment& environment = facts.environment;
    Report report{
        .state = environment.state,
        .installation = settings.installation.text(),
        .environment = environment.id.text(),
        .slug = environment.slug,
        .commit = environment.wanted.commit,
        .commit_url = commit_url(facts.project, environment.wanted.commit),
        .services = services(facts, settings),
        .notes = main_note(tx, facts),
        .log_command = "diorama logs " + environment.slug
    };
    if (facts.address && environment.serving != 0)
        report.url = url(*facts.address, settings.entrance);
    if (environment.state == State::updating || !environment.cause.empty())
        set_previous(report, facts);
    set_place(report, facts);
    if (environment.state == State::destroyed && environment.destroyed_at)
        report.lived = lived(tx, environment);
    if (const auto ended = ended_on_purpose(tx, environment)) {
        report.ended = ended->why;
        if (is_wanted(tx, environment)) report.revive = "diorama redeploy " + environment.slug;
    }
    return report;
}

/// The same preview, as it looks to those whose newest commit waits.
Report waiting(Report scene, const pull_requests::Record& record, const EnvironmentFacts& facts)
{
    scene.state = State::awaiting_approval;
    scene.commit = record.facts.head_commit;
    scene.commit_url = commit_url(facts.project, scene.commit);
    set_previous(scene, facts);
    scene.phases.clear();
    if (record.verdict == pull_requests::Verdict::held && record.attempt == 0)
        scene.approval = record.reason;
    // In full: a few digits could be made to name another commit, too.
    scene.approve_command = "/preview " + scene.commit;
    return scene;
}

}  // namespace

Result<Briefing> brief(Tx& tx, const EngineSettings& settings, EnvironmentId id, Instant now)
{
    const auto environment = environments::find(tx, id);
    if (!environment) return environment.error();
    if (!environment->pull_request)
        return Error{Code::not_found, environment->slug + " previews no pull request"};
    auto facts = facts_of(tx, settings, *environment);
    if (!facts) return facts.error();
    add_places(tx, settings, {&*facts, 1}, now);
    const Project& project = facts->project;
    Briefing briefing{
        .environment = id,
        .repository = repository_of(project),
        .number = *environment->pull_request,
        .scene = outline(tx, *facts, settings),
        .told = feedback::find(tx, id)
    };
    briefing.scene.asked = asked(tx, *facts, settings, now);
    const auto latest = deployments::latest(tx, id);
    const bool current = latest && latest->generation == environment->wanted.generation;
    if (current && environment->state != State::destroyed) briefing.scene.phases = phases(*latest);
    if (latest && !environment->cause.empty()) {
        const auto added = add_failure(tx, *facts, latest->id, briefing.scene);
        if (!added) return added.error();
    }
    const auto held = held_record(tx, *environment);
    briefing.subject = subject(*environment, held);
    briefing.shown = held ? waiting(briefing.scene, *held, *facts) : briefing.scene;
    return briefing;
}

Result<Subject> subject_of(Tx& tx, EnvironmentId id)
{
    const auto environment = environments::find(tx, id);
    if (!environment) return environment.error();
    return subject(*environment, held_record(tx, *environment));
}

void place_in_line(Briefing& briefing, const Builder& builder)
{
    for (Report* report : {&briefing.shown, &briefing.scene}) {
        const bool may_wait = report->state == State::provisioning ||
                              (report->state == State::updating && !report->position);
        if (may_wait) report->build_position = builder.position(briefing.environment.text());
    }
}

void redact(Briefing& briefing, LogSink& logs)
{
    for (Report* report : {&briefing.shown, &briefing.scene}) {
        report->cause = logs.redact(briefing.environment, report->cause);
        if (report->asked)
            report->asked->outcome = logs.redact(briefing.environment, report->asked->outcome);
        for (std::string& line : report->log)
            line = logs.redact(briefing.environment, line);
    }
}

}  // namespace diorama
