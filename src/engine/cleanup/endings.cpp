#include "engine/cleanup/endings.hpp"

#include "base/duration.hpp"
#include "engine/brake.hpp"

#include <algorithm>

namespace diorama {

namespace {

bool may_end(const Environment& environment, Instant now)
{
    const State state = environment.state;
    const bool rests = state == State::ready || state == State::asleep || state == State::failed;
    return rests && !environment.pinned && environment.kept_until.value_or(now) <= now;
}

std::optional<Ending> ending_of(
    const CleanupSettings& settings, const Environment& environment, const Attendance& attended
)
{
    if (!may_end(environment, attended.last())) return std::nullopt;
    const milliseconds idle = attended.since(last_used(environment));
    const milliseconds age = attended.since(environment.standing_since);
    const bool is_idle = settings.idle > milliseconds{0} && idle >= settings.idle;
    const bool is_old = settings.ttl > milliseconds{0} && age >= settings.ttl;
    if (!is_idle && !is_old) return std::nullopt;
    milliseconds overdue{};
    if (is_idle) overdue = idle - settings.idle;
    if (is_old) overdue = std::max(overdue, age - settings.ttl);
    // Until then somebody had extended its life.
    if (environment.kept_until)
        overdue = std::min(overdue, attended.since(*environment.kept_until));
    return Ending{
        .environment = environment.id,
        .slug = environment.slug,
        .why = is_idle ? "idle for " + human_duration(settings.idle)
                       : "older than " + human_duration(settings.ttl),
        .overdue = overdue
    };
}

}  // namespace

std::vector<Ending> endings(
    const CleanupSettings& settings,
    const std::vector<Environment>& live,
    const Attendance& attended
)
{
    std::vector<Ending> all;
    for (const Environment& environment : live) {
        if (auto ending = ending_of(settings, environment, attended))
            all.push_back(*std::move(ending));
    }
    const auto is_late = [&](const Ending& each) { return each.overdue > 2 * settings.every; };
    const auto late = std::ranges::count_if(all, is_late);
    if (!too_many_at_once(static_cast<std::size_t>(late), live.size())) return all;
    for (Ending& each : all)
        each.held = is_late(each);
    return all;
}

std::string held_endings_sentence(std::size_t held)
{
    return fmt::format(
        "{} environments would end that should have ended long ago: it is the settings that "
        "changed, not the time. None is taken down before somebody says so. If it is meant: "
        "diorama brake release",
        held
    );
}

Result<Environment>
end_by_clock(Tx& tx, const Environment& environment, std::string why, Moment moment)
{
    moment.actor = {.type = Actor::Type::timer, .name = std::move(why)};
    return wishes::take_down(tx, environment, moment);
}

}  // namespace diorama
