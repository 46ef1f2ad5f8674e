#include "engine/queue/admission.hpp"

#include "base/byte_size.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace diorama {

namespace {

enum class Limit { environments, memory, cpus };
constexpr std::array all_limits{Limit::environments, Limit::memory, Limit::cpus};

/// What somebody holds, or all together.
struct Load {
    std::uint64_t environments = 0;
    Needs needs;

    Load& operator+=(const Load& other)
    {
        environments += other.environments;
        needs.memory += other.needs.memory;
        needs.cpu_millis += other.needs.cpu_millis;
        return *this;
    }
    std::uint64_t of(Limit limit) const
    {
        switch (limit) {
            case Limit::environments: return environments;
            case Limit::memory: return needs.memory;
            case Limit::cpus: return static_cast<std::uint64_t>(needs.cpu_millis);
        }
        std::abort();
    }
};

Load most(const LimitSettings& limits)
{
    return {limits.environments, limits.most};
}

/// What is frozen keeps its memory, and nothing else.
Load load_of(const Occupant& occupant)
{
    if (occupant.is_awake()) return {1, occupant.needs};
    return {
        0, {.memory = occupant.needs.memory, .cpu_millis = 0}
    };
}

Load load_of(const Needs& needs)
{
    return {1, needs};
}

std::string amount(Limit limit, std::uint64_t number)
{
    switch (limit) {
        case Limit::environments: return fmt::format("{}", number);
        case Limit::memory: return human_byte_size({number});
        case Limit::cpus: return fmt::format("{:g}", static_cast<double>(number) / 1000);
    }
    std::abort();
}

std::string_view key(Limit limit)
{
    switch (limit) {
        case Limit::environments: return "limits.environments";
        case Limit::memory: return "limits.total_memory";
        case Limit::cpus: return "limits.total_cpus";
    }
    std::abort();
}

std::string full(Limit limit, const Load& used, const Load& allowed)
{
    const std::string taken = amount(limit, used.of(limit));
    const std::string all = amount(limit, allowed.of(limit));
    switch (limit) {
        case Limit::environments: return fmt::format("{} of {} environments are awake", taken, all);
        case Limit::memory: return fmt::format("{} of {} of memory are promised", taken, all);
        case Limit::cpus: return fmt::format("{} of {} cores are promised", taken, all);
    }
    std::abort();
}

std::string too_big(Limit limit, const Load& asked, const Load& allowed)
{
    return fmt::format(
        "it asks for {} of {}, and all environments together may have {}",
        amount(limit, asked.of(limit)),
        limit == Limit::memory ? "memory" : "cores",
        amount(limit, allowed.of(limit))
    );
}

/// On its way down: what it holds becomes free by itself. To its new rung, that is.
Load freed_by(const Occupant& occupant)
{
    const Presence wanted = occupant.environment.wanted.presence;
    if (occupant.rising || wanted <= occupant.environment.presence) return {};
    Load freed = load_of(occupant);
    if (wanted == Presence::frozen) freed.needs.memory = 0;
    return freed;
}

bool may_go(const Occupant& occupant, const AtLimit policy, Instant now)
{
    const Environment& it = occupant.environment;
    const bool rests = it.state == State::ready || it.state == State::asleep;
    const bool kept = policy == AtLimit::destroy_oldest && it.kept_until && *it.kept_until > now;
    return rests && !occupant.rising && !it.pinned && !kept && it.wanted.presence <= it.presence;
}

/// Whom to send away for `limit`, the longest unused first.
std::vector<Displaced>
candidates(Limit limit, AtLimit policy, const std::vector<const Occupant*>& among, Instant now)
{
    std::vector<const Occupant*> found;
    for (const Occupant* each : among) {
        const bool holds = limit == Limit::memory || each->is_awake();
        if (holds && may_go(*each, policy, now)) found.push_back(each);
    }
    std::ranges::sort(found, {}, [](const Occupant* each) {
        return std::pair(last_used(each->environment), each->environment.id);
    });
    Presence rung = limit == Limit::memory ? Presence::stopped : Presence::frozen;
    if (policy == AtLimit::destroy_oldest) rung = Presence::gone;
    std::vector<Displaced> all;
    all.reserve(found.size());
    for (const Occupant* each : found)
        all.push_back({each->environment.id, rung});
    return all;
}

std::string mend_for(Limit limit, AtLimit policy)
{
    const std::string raise = fmt::format("or raise {} in diorama.toml.", key(limit));
    if (policy == AtLimit::refuse)
        return "Put one to sleep or take one down, then redeploy this one, " + raise;
    return "Put one to sleep (diorama sleep), unpin or take one down, " + raise;
}

}  // namespace

std::string_view name(AtLimit policy)
{
    switch (policy) {
        case AtLimit::sleep_oldest: return "sleep-oldest";
        case AtLimit::destroy_oldest: return "destroy-oldest";
        case AtLimit::queue: return "queue";
        case AtLimit::refuse: return "refuse";
    }
    std::abort();
}

Result<AtLimit> at_limit_named(std::string_view text)
{
    using enum AtLimit;
    for (const AtLimit policy : {sleep_oldest, destroy_oldest, queue, refuse}) {
        if (name(policy) == text) return policy;
    }
    return Error{
        Code::invalid,
        fmt::format("'{}' is nothing that can be done at a limit", text),
        "Use sleep-oldest, destroy-oldest, queue or refuse."
    };
}

namespace {

/// One decision, step by step.
class Judgement {
public:
    Judgement(
        const LimitSettings& limits,
        const Applicant& applicant,
        const Occupancy& occupancy,
        Instant now
    )
        : limits_(limits),
          applicant_(applicant),
          now_(now),
          allowed_(most(limits)),
          asked_(load_of(applicant.needs))
    {
        for (const Occupant& each : occupancy.occupants)
            add(each);
        for (const Waiter& each : occupancy.waiting) {
            if (each.environment.id == applicant.environment.id) break;
            // Who may not be trusted stands behind those who are.
            if (is_untrusted(each.environment) && !is_untrusted(applicant.environment)) continue;
            used_ += beyond(load_of(each.deployment.needs), each.environment.id, occupancy);
        }
    }

    Admission decide() const
    {
        for (const Limit limit : {Limit::memory, Limit::cpus}) {
            const bool limited = allowed_.of(limit) > 0;
            if (limited && asked_.of(limit) > allowed_.of(limit))
                return {
                    .answer = Admission::Answer::refused,
                    .reason = too_big(limit, asked_, allowed_),
                    .mend = fmt::format(
                        "Ask for less in its manifest, or raise {} in diorama.toml.", key(limit)
                    )
                };
        }
        for (const Limit limit : all_limits) {
            if (lacks(limit, used_)) return turned_away(limit);
        }
        return {};
    }

private:
    static bool is_untrusted(const Environment& environment)
    {
        return environment.wanted.untrusted;
    }

    void add(const Occupant& occupant)
    {
        if (occupant.environment.id == applicant_.environment.id) {
            held_ = load_of(occupant);
            return;
        }
        used_ += load_of(occupant);
        leaving_ += freed_by(occupant);
        const bool ours =
            is_untrusted(applicant_.environment) && !is_untrusted(occupant.environment);
        if (!ours) others_.push_back(&occupant);
    }

    /// What a waiter needs more than it holds already.
    static Load beyond(Load asked, EnvironmentId environment, const Occupancy& occupancy)
    {
        for (const Occupant& each : occupancy.occupants) {
            if (each.environment.id != environment) continue;
            const Load held = load_of(each);
            asked.environments -= std::min(asked.environments, held.environments);
            asked.needs.memory -= std::min(asked.needs.memory, held.needs.memory);
            asked.needs.cpu_millis -= std::min(asked.needs.cpu_millis, held.needs.cpu_millis);
        }
        return asked;
    }

    /// Who asks for no more than it holds already is never turned away.
    bool lacks(Limit limit, const Load& used) const
    {
        const std::uint64_t asked = asked_.of(limit);
        const bool limited = allowed_.of(limit) > 0;
        return limited && asked > held_.of(limit) && used.of(limit) + asked > allowed_.of(limit);
    }

    Admission turned_away(Limit limit) const
    {
        Admission answer{
            .answer = Admission::Answer::waits,
            .reason = full(limit, used_, allowed_),
            .mend = mend_for(limit, limits_.at_limit)
        };
        if (limits_.at_limit == AtLimit::refuse) answer.answer = Admission::Answer::refused;
        if (limits_.at_limit == AtLimit::refuse || limits_.at_limit == AtLimit::queue)
            return answer;
        const auto used = used_.of(limit) - std::min(used_.of(limit), leaving_.of(limit));
        if (used + asked_.of(limit) > allowed_.of(limit))
            answer.candidates = candidates(limit, limits_.at_limit, others_, now_);
        return answer;
    }

    const LimitSettings& limits_;
    const Applicant& applicant_;
    Instant now_;
    Load allowed_;
    Load asked_;
    Load held_;     ///< By the applicant, who is awake already.
    Load used_;     ///< By all others, and by who waits for longer.
    Load leaving_;  ///< What of it becomes free by itself.
    std::vector<const Occupant*> others_;
};

}  // namespace

Admission admit(
    const LimitSettings& limits, const Applicant& applicant, const Occupancy& occupancy, Instant now
)
{
    return Judgement(limits, applicant, occupancy, now).decide();
}

Used used_by(const Occupancy& occupancy)
{
    Load used;
    for (const Occupant& each : occupancy.occupants)
        used += load_of(each);
    return {used.environments, used.needs};
}

std::vector<Displaced> overflow(const LimitSettings& limits, const Occupancy& occupancy)
{
    const Load allowed = most(limits);
    Load used;
    Load leaving;
    std::vector<const Occupant*> all;
    for (const Occupant& each : occupancy.occupants) {
        used += load_of(each);
        leaving += freed_by(each);
        all.push_back(&each);
    }
    for (const Limit limit : all_limits) {
        const bool limited = allowed.of(limit) > 0;
        if (limited && used.of(limit) > allowed.of(limit) + leaving.of(limit))
            return candidates(limit, AtLimit::sleep_oldest, all, {});
    }
    return {};
}

}  // namespace diorama
