#include "engine/look.hpp"

#include "base/duration.hpp"
#include "engine/cleanup/ended.hpp"
#include "engine/forges.hpp"
#include "engine/retry.hpp"
#include "store/environments.hpp"
#include "store/feedback.hpp"
#include "store/projects.hpp"
#include "store/users.hpp"

#include <algorithm>

namespace diorama {

namespace {

using Verdict = pull_requests::Verdict;
using Answer = Decision::Answer;

DeployRequest request_for(const Project& project, const PullRequest& facts)
{
    return {
        .repository = project.repository,
        .name = project.name,
        .kind = Kind::pull_request,
        .key = fmt::format("{}", facts.number),
        .commit = facts.head_commit
    };
}

/// What a decision came to.
struct Done {
    std::optional<EnvironmentId> changed;
    std::string what;  ///< For the list of deliveries.
};

bool stands_at(const Environment& environment, const DeployRequest& request)
{
    return !is_going(environment.state) && environment.wanted.presence != Presence::gone &&
           environment.wanted.commit == request.commit &&
           environment.wanted.untrusted == request.untrusted &&
           environment.state != State::awaiting_approval;
}

/// Where a decision is carried out.
struct Place {
    Project project;
    Verdict before = Verdict::unread;  ///< What was decided the last time.
    std::optional<Environment> there;
};

/// What the clock or a person took down stays down until somebody wants it again: by a push, by
/// asking for it, or by closing and opening its pull request.
std::optional<Done> rests(Tx& tx, const Place& place, const DeployRequest& request)
{
    if (!place.there || place.before == Verdict::unwanted) return std::nullopt;
    const auto ended = ended_on_purpose(tx, *place.there);
    if (!ended || ended->head != request.commit) return std::nullopt;
    return Done{std::nullopt, "not put up again: it was " + ended->why};
}

Result<Done> deploy(Tx& tx, const Place& place, const DeployRequest& request, const Moment& moment)
{
    const auto& there = place.there;
    if (there && stands_at(*there, request))
        return Done{
            std::nullopt, fmt::format("already at commit {}", short_commit(request.commit))
        };
    if (const auto resting = rests(tx, place, request)) return *resting;
    const auto wished = wishes::put_up(tx, place.project, request, moment);
    if (!wished) return wished.error();
    return Done{wished->id, fmt::format("deploys commit {}", short_commit(request.commit))};
}

Result<Done> remove(
    Tx& tx, const std::optional<Environment>& there, const Decision& decision, const Moment& moment
)
{
    if (!there || is_going(there->state))
        return Done{std::nullopt, "no preview: " + decision.reason};
    const auto wished = wishes::take_down(tx, *there, moment);
    if (!wished) return wished.error();
    return Done{wished->id, "takes the preview down: " + decision.reason};
}

Result<Done> carry_out(
    Tx& tx, Place place, const PullRequest& facts, const Decision& decision, const Moment& moment
)
{
    const Project& project = place.project;
    DeployRequest request = request_for(project, facts);
    request.untrusted = decision.answer == Answer::deploy_untrusted;
    const auto identity = pull_request_identity(project.id, facts.number);
    if (const auto found = environments::find(tx, moment.tenant, identity)) place.there = *found;
    switch (decision.answer) {
        case Answer::deploy:
        case Answer::deploy_untrusted: return deploy(tx, place, request, moment);
        case Answer::remove: return remove(tx, place.there, decision, moment);
        case Answer::keep: return Done{std::nullopt, "not deployed: " + decision.reason};
        case Answer::hold: {
            if (const auto resting = rests(tx, place, request)) return *resting;
            const auto held = wishes::hold(tx, project, request, moment);
            if (!held) return held.error();
            return Done{std::nullopt, decision.reason};
        }
    }
    std::abort();
}

/// J12: whoever opened it is known here from now on.
Actor actor_for(
    Tx& tx, const Project& project, const PullRequest& facts, UserId fresh, const Moment& moment
)
{
    Actor actor{.type = Actor::Type::forge, .name = facts.author};
    if (facts.author_id.empty()) return actor;
    actor.user = users::find_or_insert(
                     tx,
                     {.forge = project.forge, .external_id = facts.author_id},
                     {.id = fresh,
                      .tenant = moment.tenant,
                      .login = facts.author,
                      .name = facts.author,
                      .created_at = moment.now}
    )
                     .id;
    return actor;
}

void keep_title(Tx& tx, const Project& project, const PullRequest& facts)
{
    const auto identity = pull_request_identity(project.id, facts.number);
    const auto environment = environments::find(tx, project.tenant, identity);
    if (!environment) return;
    auto known = environments::facts(tx, environment->id).value();
    known.forge = project.forge;
    known.repository_id = project.repository_id;
    known.title = facts.title;
    environments::set_facts(tx, environment->id, known).value();
}

/// A decision that changes no environment writes no event; people at the pull request see it.
void show(Tx& tx, const Project& project, const PullRequest& facts, Instant now)
{
    const auto identity = pull_request_identity(project.id, facts.number);
    const auto environment = environments::find(tx, project.tenant, identity);
    if (environment) feedback::changed(tx, environment->id, now);
}

/// What became of those that only told of it.
void settle_deliveries(
    Tx& tx, const Project& project, const pull_requests::Record& read, const Done& done, Instant now
)
{
    using enum deliveries::Verdict;
    const auto verdict = done.changed ? acted : nothing;
    const std::int64_t number = read.facts.number;
    deliveries::settle(tx, project.repository_id, number, *read.read_at, verdict, done.what, now);
}

/// Each order takes ids of its own, and acts in its sender's name.
std::vector<Order> with_moments(const World& world, std::vector<Order> orders)
{
    for (Order& order : orders) {
        const Actor sender{.type = Actor::Type::user, .name = order.sender};
        order.moment = moment(world.scheduler, world.random, world.settings, sender);
    }
    return orders;
}

}  // namespace

Task<Result<>> Look::at(pull_requests::Due due, std::stop_token stop)
{
    const auto known = co_await read(due);
    if (!known) co_return known.error();
    const Instant asked_at = world_.scheduler.now();
    const auto facts = co_await ask(*known, stop);
    if (stop.stop_requested()) co_return ok();
    if (!facts) co_return co_await put_off(*known, facts.error());
    const auto orders =
        co_await judged(world_, known->project, facts->pull_request, known->commands, stop);
    if (!orders) co_return co_await put_off(*known, orders.error());
    const auto settled = co_await settle(*known, *facts, *orders, due, asked_at);
    // It is still being taken down, or the store is busy: nothing was written.
    if (!settled) co_return co_await put_off(*known, settled.error());
    co_return ok();
}

Task<Result<Look::Known>> Look::read(pull_requests::Due due)
{
    const auto work = [=](Tx& tx) -> Result<Known> {
        const auto project = projects::find(tx, due.project);
        if (!project) return project.error();
        const auto record = pull_requests::find(tx, due.project, due.number);
        if (!record) return record.error();
        return Known{
            *project, *record, deliveries::waiting_commands(tx, project->repository_id, due.number)
        };
    };
    co_return co_await world_.store.read(work);
}

Task<Result<ForgeFacts>> Look::ask(Known known, std::stop_token stop)
{
    ForgeApi* forge = forge_named(world_.forges, known.project.forge);
    // Without the forge's API what its webhooks said is all there is.
    if (!forge) co_return ForgeFacts{known.record.facts, Permission::unknown, {}};
    const ForgeRepository base = repository_of(known.project);
    auto facts = co_await forge->pull_request(base, known.record.facts.number, stop);
    if (!facts) co_return facts.error();
    ForgeFacts answer{.pull_request = *std::move(facts)};
    if (answer.pull_request.status != PullRequest::Status::open) co_return answer;
    answer.permission = Permission::none;
    if (answer.pull_request.head_repository == base.id) {
        const auto permission = co_await forge->permission(base, answer.pull_request.author, stop);
        if (!permission) co_return permission.error();
        answer.permission = *permission;
    }
    auto push = co_await ask_about_push(known, answer.pull_request, stop);
    if (!push) co_return push.error();
    answer.push = *std::move(push);
    co_return answer;
}

Task<Result<PushFacts>> Look::ask_about_push(Known known, PullRequest facts, std::stop_token stop)
{
    ForgeApi* forge = forge_named(world_.forges, known.project.forge);
    const Rules& rules = rules_for(world_.settings.rules, known.project.name);
    const ForgeRepository base = repository_of(known.project);
    PushFacts push;
    if (needs_files(rules)) {
        auto files = co_await forge->changed_files(base, facts.number, stop);
        // Too many to list: one of them will match.
        if (!files && files.error().code != Code::too_many) co_return files.error();
        if (files) push.changed_files = *std::move(files);
    }
    if (needs_message(rules)) {
        auto message = co_await forge->commit_message(base, facts.head_commit, stop);
        if (!message) co_return message.error();
        push.message = *std::move(message);
    }
    co_return push;
}

Task<Result<>> Look::settle(
    Known known,
    ForgeFacts facts,
    std::vector<Order> orders,
    pull_requests::Due due,
    Instant asked_at
)
{
    const Moment begun = moment(
        world_.scheduler, world_.random, world_.settings, {.type = Actor::Type::forge, .name = ""}
    );
    const UserId user = UserId::make(begun.now, world_.random);
    orders = with_moments(world_, std::move(orders));
    const auto work = [=, forges = world_.forges, &settings = world_.settings](Tx& tx
                      ) -> Result<Done> {
        Moment moment = begun;
        moment.actor = actor_for(tx, known.project, facts.pull_request, user, moment);
        const Rules& rules = rules_for(settings.rules, known.project.name);
        // Somebody may have approved it while its forge was asked.
        const auto now_known = pull_requests::find(tx, known.project.id, facts.pull_request.number);
        if (!now_known) return now_known.error();
        const Decision decision =
            decide(rules, repository_of(known.project), facts, now_known->approval);
        const Place place{known.project, known.record.verdict, std::nullopt};
        auto done = carry_out(tx, place, facts.pull_request, decision, moment);
        if (!done) return done.error();
        keep_title(tx, known.project, facts.pull_request);
        if (decision.verdict != known.record.verdict ||
            facts.pull_request.head_commit != known.record.facts.head_commit)
            show(tx, known.project, facts.pull_request, moment.now);
        const pull_requests::Record record{
            .project = known.project.id,
            .facts = facts.pull_request,
            .permission = facts.permission,
            .read_at = asked_at,
            .verdict = decision.verdict,
            .reason = decision.reason,
            .rules = mark_of(rules)
        };
        pull_requests::note(tx, record, due.asked);
        settle_deliveries(tx, known.project, record, *done, moment.now);
        const OrderPlace at{known.project, facts.pull_request, forges, settings};
        const auto changed = carry_out(tx, at, orders);
        if (!changed) return changed.error();
        if (*changed) done->changed = *changed;
        return done;
    };
    const auto done = co_await world_.store.transact(work);
    if (!done) co_return done.error();
    if (done->changed) bell_.ring(*done->changed);
    co_return ok();
}

Task<Result<>> Look::put_off(Known known, Error problem)
{
    const Instant now = world_.scheduler.now();
    Instant due = now + pause_after(known.record.attempt, seconds{2}, minutes{10});
    if (ForgeApi* forge = forge_named(world_.forges, known.project.forge))
        due = std::max(due, forge->rate_limited_until().value_or(due));
    const auto work = [=](Tx& tx) -> Result<> {
        const std::int64_t number = known.record.facts.number;
        pull_requests::put_off(tx, known.project.id, number, problem.text(), due);
        const auto reason =
            fmt::format("{} (tried again in {})", problem.text(), format_duration(due - now));
        using deliveries::Verdict::failed;
        deliveries::settle(tx, known.project.repository_id, number, now, failed, reason, now);
        for (const deliveries::Delivery& each : known.commands)
            deliveries::settle(tx, each.id, failed, reason, now);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

}  // namespace diorama
