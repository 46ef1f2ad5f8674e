#include "engine/queue/doorman.hpp"

#include "base/duration.hpp"
#include "engine/cleanup/endings.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/feedback.hpp"
#include "store/jobs.hpp"

#include <algorithm>
#include <cmath>

namespace diorama {

namespace {

/// Who waits is looked at now and then, should its turn have been missed.
constexpr minutes glance{1};

const Actor limit{.type = Actor::Type::system, .name = "limit"};

bool is_limited(const LimitSettings& limits)
{
    return limits.environments > 0 || limits.most != Needs{};
}

/// As whoever took down what made room is called, where people read of it.
constexpr std::string_view made_room = "unused for the longest time when another needed its place";

/// The first of them that can go is wished away: one at a time.
void displace(Tx& tx, const std::vector<Displaced>& candidates, const Moment& moment)
{
    for (const Displaced& each : candidates) {
        const auto seen = environments::find(tx, each.environment);
        if (!seen) continue;
        const auto wished = each.rung == Presence::gone
                                ? end_by_clock(tx, *seen, std::string(made_room), moment)
                                : wishes::rest(tx, *seen, each.rung, moment);
        if (!wished) continue;
        // Somebody waits for it.
        jobs::enqueue(tx, each.environment, jobs::Priority::high, moment.now);
        return;
    }
}

/// Whose turn it is among those who wait.
std::vector<EnvironmentId>
called(const LimitSettings& limits, const Occupancy& occupancy, Instant now)
{
    std::vector<EnvironmentId> all;
    for (const Waiter& each : occupancy.waiting) {
        const Admission answer =
            admit(limits, {each.environment, each.deployment.needs}, occupancy, now);
        const bool stays = answer.answer == Admission::Answer::waits && answer.candidates.empty();
        if (!stays) all.push_back(each.environment.id);
    }
    return all;
}

/// What there is to do at the door now.
struct Round {
    std::vector<Displaced> too_many;
    std::vector<EnvironmentId> called;

    bool empty() const { return too_many.empty() && called.empty(); }
};

Round round(
    Tx& tx, const LimitSettings& limits, const std::optional<EnvironmentId>& ended, Instant now
)
{
    const Occupancy occupancy = read_occupancy(tx);
    // It was turned away just now: that changes nothing for the others.
    const bool turned_away = ended && std::ranges::any_of(occupancy.waiting, [&](const Waiter& it) {
                                 return it.environment.id == *ended;
                             });
    if (turned_away) return {};
    return {overflow(limits, occupancy), called(limits, occupancy, now)};
}

}  // namespace

Needs needs_of(const Plan& plan, const Policy& policy)
{
    Needs all;
    for (const Service& service : plan.services) {
        const Limits& asked = service.limits;
        const std::uint64_t memory = asked.memory > 0 ? asked.memory : policy.defaults.memory;
        const double cpus = asked.cpus > 0 ? asked.cpus : policy.defaults.cpus;
        all.memory += memory * service.replicas;
        all.cpu_millis += std::llround(cpus * 1000) * service.replicas;
    }
    return all;
}

Result<> may_come(Tx& tx, const LimitSettings& limits, const std::optional<Environment>& there)
{
    if (limits.at_limit != AtLimit::refuse || limits.environments == 0) return ok();
    const Applicant applicant{there.value_or(Environment{}), {}};
    const LimitSettings number{.environments = limits.environments, .at_limit = AtLimit::refuse};
    const Admission answer = admit(number, applicant, read_occupancy(tx), {});
    if (answer.answer == Admission::Answer::admitted) return ok();
    return Error{Code::too_many, answer.reason, answer.mend};
}

Result<Admission> apply_for_place(
    Tx& tx,
    const EngineSettings& settings,
    const Environment& seen,
    const Deployment& deployment,
    const Needs& needs,
    const Moment& moment
)
{
    Admission answer;
    if (is_limited(settings.limits))
        answer = admit(settings.limits, {seen, needs}, read_occupancy(tx), moment.now);
    const milliseconds patience = settings.deadlines.queue;
    if (answer.answer == Admission::Answer::waits && moment.now - deployment.created_at > patience)
        return Admission{
            .answer = Admission::Answer::refused,
            .reason = fmt::format(
                "no place became free for it within {}: {}",
                format_duration(patience),
                answer.reason
            ),
            .mend = "Raise deadlines.queue in diorama.toml, or free a place and redeploy."
        };
    if (answer.answer == Admission::Answer::admitted) {
        const auto admitted = deployments::admit(tx, deployment.id, needs, moment.now);
        if (!admitted) return admitted.error();
    }
    if (answer.answer != Admission::Answer::waits) return answer;
    const auto waits = deployments::wait(tx, deployment.id, needs, answer.reason);
    if (!waits) return waits.error();
    if (deployment.waits != answer.reason) feedback::changed(tx, seen.id, moment.now);
    Moment by_limit = moment;
    by_limit.actor = limit;
    displace(tx, answer.candidates, by_limit);
    jobs::enqueue(tx, seen.id, jobs::Priority::normal, moment.now + glance);
    return answer;
}

Admission prospects(Tx& tx, const LimitSettings& limits, const Waiter& waiter, Instant now)
{
    LimitSettings by_hand = limits;
    by_hand.at_limit = AtLimit::sleep_oldest;
    return admit(by_hand, {waiter.environment, waiter.deployment.needs}, read_occupancy(tx), now);
}

Task<Result<>> Doorman::look(std::optional<EnvironmentId> ended)
{
    const Moment moment = diorama::moment(world_.scheduler, world_.random, world_.settings, limit);
    const auto read = [=, &limits = world_.settings.limits](Tx& tx) -> Result<Round> {
        return round(tx, limits, ended, moment.now);
    };
    const auto seen = co_await world_.store.read(read);
    if (!seen) co_return seen.error();
    if (seen->empty()) co_return ok();
    const auto work = [=, &limits = world_.settings.limits](Tx& tx) -> Result<> {
        const Round now = round(tx, limits, ended, moment.now);
        displace(tx, now.too_many, moment);
        for (const EnvironmentId id : now.called)
            jobs::enqueue(tx, id, jobs::Priority::normal, moment.now);
        return ok();
    };
    co_return co_await world_.store.transact(work);
}

}  // namespace diorama
