#include "engine/sleep/idle.hpp"

#include "engine/sleep/rung.hpp"
#include "engine/sleep/schedule.hpp"

#include <algorithm>
#include <array>

namespace diorama {

namespace {

/// So long a scene is left alone after somebody used it, though its hours of sleep have come.
constexpr minutes scheduled_patience{5};

/// Used so lately that taking its memory would only be paid back at once.
constexpr minutes in_use{2};

struct Rung {
    Presence presence;
    milliseconds after;
};

/// What its own manifest says, for the first rung; 0 for never.
milliseconds first_after(
    const Environment& environment, const SleepSettings& settings, milliseconds usual, Instant now
)
{
    const milliseconds after = environment.sleep_after.value_or(usual);
    const bool night = settings.schedule && settings.schedule->covers(now);
    if (!night || environment.sleep_after == milliseconds{0}) return after;
    return after > milliseconds{0} ? std::min<milliseconds>(after, scheduled_patience)
                                   : scheduled_patience;
}

bool may_go_down(const Environment& environment)
{
    const bool serves = environment.state == State::ready || environment.state == State::asleep;
    return serves && is_on_its_rung(environment) && !environment.pinned &&
           environment.sleep_after != milliseconds{0};
}

}  // namespace

std::optional<Presence>
idle_rung(const Environment& environment, const SleepSettings& settings, Instant now)
{
    if (!may_go_down(environment)) return std::nullopt;
    const std::array ladder{
        Rung{Presence::frozen,   settings.frozen_after  },
        Rung{Presence::stopped,  settings.stopped_after },
        Rung{Presence::archived, settings.archived_after}
    };
    const bool awake = environment.presence == Presence::awake;
    const Instant since = awake ? last_used(environment) : environment.presence_since;
    bool first = true;
    for (const Rung& rung : ladder) {
        if (rung.presence <= environment.presence) continue;
        const milliseconds after =
            awake && first ? first_after(environment, settings, rung.after, now) : rung.after;
        first = false;
        if (after == milliseconds{0}) continue;  // That rung is left out.
        if (now - since < after) return std::nullopt;
        return rung.presence;
    }
    return std::nullopt;
}

std::optional<Relief> relief(const std::vector<Environment>& environments, Instant now)
{
    const Environment* longest = nullptr;
    for (const Environment& each : environments) {
        const bool holds = each.presence < Presence::stopped;
        if (!holds || !may_go_down(each) || now - last_used(each) < in_use) continue;
        if (!longest || last_used(each) < last_used(*longest)) longest = &each;
    }
    if (!longest) return std::nullopt;
    const bool awake = longest->presence == Presence::awake;
    return Relief{longest->id, awake ? Presence::frozen : Presence::stopped};
}

}  // namespace diorama
