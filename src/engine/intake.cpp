#include "engine/intake.hpp"

#include "engine/forges.hpp"
#include "store/environments.hpp"
#include "store/event_log.hpp"
#include "store/projects.hpp"

#include <algorithm>
#include <memory>

namespace diorama {

namespace {

constexpr int refusals_at_once = 5;
constexpr milliseconds refusal_time = seconds{10};

using deliveries::Verdict;

/// Where the hint leads, or why nowhere.
struct Judged {
    Verdict verdict = Verdict::nothing;
    std::string reason;
};

/// The project the hint is about: known by the forge's id, whatever it is called by now; else by
/// its place; else a new one.
Result<Project> project_of(Tx& tx, const Hint& hint, const Moment& moment)
{
    const ForgeRepository& repository = hint.repository;
    const auto known = projects::find_by_forge(tx, moment.tenant, repository.forge, repository.id);
    if (known) {
        if (known->name == repository.name && known->repository == hint.location) return *known;
        const auto moved = projects::move(tx, known->id, hint.location, repository.name);
        if (!moved) return moved.error();
        return projects::find(tx, known->id);
    }
    const auto project = wishes::project_for(tx, hint.location, repository.name, moment);
    if (!project) return project.error();
    const auto tied = projects::tie(tx, project->id, repository.forge, repository.id);
    if (!tied) return tied.error();
    return projects::find(tx, project->id);
}

/// Without the forge's API its webhooks are the facts: the newest of them, in whatever order they
/// came.
void keep_facts(Tx& tx, const Hint& hint, ProjectId project)
{
    if (!hint.facts) return;
    auto record = pull_requests::find(tx, project, *hint.number).value();
    if (record.facts.updated_at > hint.facts->updated_at) return;
    record.facts = *hint.facts;
    pull_requests::keep_facts(tx, record);
}

Result<Judged> judge(
    Tx& tx,
    const Arrival& arrival,
    const EngineSettings& settings,
    bool has_api,
    const Moment& moment
)
{
    const Hint& hint = arrival.hint;
    if (!arrival.signer.empty() && arrival.signer != hint.repository.id &&
        arrival.signer != hint.repository.name)
        return Judged{
            Verdict::refused,
            fmt::format(
                "the secret of {} signed it, but it is about {}",
                arrival.signer,
                hint.repository.name
            )
        };
    if (hint.ask == Hint::Ask::nothing) return Judged{Verdict::nothing, hint.reason};
    const auto listed = wishes::check_listed(settings, hint.location);
    if (!listed) return Judged{Verdict::refused, listed.error().text()};
    // A hook of the repository and one of its owner tell of it twice, in two deliveries.
    if (!arrival.replay && !hint.comment.empty() &&
        deliveries::find_by_comment(tx, hint.repository.id, hint.comment))
        return Judged{Verdict::nothing, "another delivery told of this comment already"};
    const auto project = project_of(tx, hint, moment);
    if (!project) return project.error();
    pull_requests::ask(tx, project->id, *hint.number, moment.now);
    if (!has_api) keep_facts(tx, hint, project->id);
    return Judged{Verdict::waiting, ""};
}

deliveries::Delivery
row_of(const Arrival& arrival, const Judged& judged, DeliveryId id, const Moment& moment)
{
    const Hint& hint = arrival.hint;
    deliveries::Delivery row{
        .id = id,
        .tenant = moment.tenant,
        .forge = hint.forge,
        .delivery = hint.delivery,
        .event = hint.event,
        .action = hint.action,
        .repository_id = hint.repository.id,
        .repository = hint.repository.name,
        .pull_request = hint.number,
        .sender = hint.sender,
        .remote = arrival.remote,
        .headers = arrival.headers,
        .body = judged.verdict == Verdict::refused ? "" : arrival.body,
        .verdict = judged.verdict,
        .reason = judged.reason,
        .received_at = moment.now
    };
    if (const auto& replay = arrival.replay) {
        row.replay_of = replay->of;
        row.replayed_by = fmt::format("{} {}", name(replay->by.type), replay->by.name);
    }
    if (hint.ask == Hint::Ask::command && judged.verdict == Verdict::waiting) {
        row.command = text_of(hint.command);
        row.comment = hint.comment;
    }
    if (judged.verdict != Verdict::waiting) row.handled_at = moment.now;
    return row;
}

/// Whoever reads what happened to the environment finds that somebody had a hand in it.
Result<> note_replay(Tx& tx, const Arrival& arrival, DeliveryId id, const Moment& moment)
{
    const auto& [forge, repository, name] = arrival.hint.repository;
    const auto project = projects::find_by_forge(tx, moment.tenant, forge, repository);
    if (!arrival.replay || !arrival.hint.number || !project) return ok();
    const auto identity = pull_request_identity(project->id, *arrival.hint.number);
    const auto environment = environments::find(tx, moment.tenant, identity);
    if (!environment) return ok();
    const auto noted = event_log::add(
        tx,
        {.environment = environment->id,
         .at = moment.now,
         .actor = arrival.replay->by,
         .event = "replayed",
         .from = environment->state,
         .to = environment->state,
         .data = fmt::format(R"({{"delivery": "{}"}})", id.text())}
    );
    if (!noted) return noted.error();
    return ok();
}

}  // namespace

Task<Result<Receipt>> Intake::receive(Arrival given)
{
    // Bodies may be large: all that follows shares this one.
    const auto shared = std::make_shared<const Arrival>(std::move(given));
    const Arrival& arrival = *shared;
    const Moment moment = diorama::moment(
        world_.scheduler,
        world_.random,
        world_.settings,
        {.type = Actor::Type::forge, .name = arrival.hint.sender}
    );
    const auto id = DeliveryId::make(moment.now, world_.random);
    const bool has_api = forge_named(world_.forges, arrival.hint.forge) != nullptr;
    const auto work = [=, &settings = world_.settings](Tx& tx) -> Result<Receipt> {
        const Arrival& arrival = *shared;
        const Hint& hint = arrival.hint;
        const auto before = deliveries::find_by_forge(tx, moment.tenant, hint.forge, hint.delivery);
        if (before && !arrival.replay)
            return Receipt{before->id, before->verdict, "it was here already", true};
        const auto found = judge(tx, arrival, settings, has_api, moment);
        if (!found) return found.error();
        deliveries::insert(tx, row_of(arrival, *found, id, moment));
        const auto noted = note_replay(tx, arrival, id, moment);
        if (!noted) return noted.error();
        return Receipt{.delivery = id, .verdict = found->verdict, .reason = found->reason};
    };
    const auto receipt = co_await world_.store.transact(work);
    if (receipt && receipt->verdict == Verdict::waiting) nudge();
    co_return receipt;
}

bool Intake::may_keep_refusal()
{
    const Instant now = world_.scheduler.now();
    refusals_until_ = std::max(refusals_until_, now);
    if (refusals_until_ - now >= refusals_at_once * refusal_time) return false;
    refusals_until_ += refusal_time;
    return true;
}

Task<Result<>> Intake::refuse(Arrival arrival, std::string reason)
{
    if (!may_keep_refusal()) {
        ++refusals_lost_;
        co_return ok();
    }
    if (refusals_lost_ > 0)
        reason += fmt::format("; {} more before it were not kept", refusals_lost_);
    refusals_lost_ = 0;
    const Moment moment = diorama::moment(
        world_.scheduler, world_.random, world_.settings, {.type = Actor::Type::forge, .name = ""}
    );
    const auto id = DeliveryId::make(moment.now, world_.random);
    const auto work = [=](Tx& tx) -> Result<> {
        deliveries::insert(tx, row_of(arrival, {Verdict::refused, reason}, id, moment));
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

}  // namespace diorama
