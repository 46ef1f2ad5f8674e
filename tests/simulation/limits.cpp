#include "simulation/limits.hpp"

#include <algorithm>
#include <array>

namespace diorama::simulation {

namespace {

bool waits(const Deployment& deployment)
{
    return deployment.status == DeploymentStatus::in_progress && !deployment.waits.empty();
}

bool is_awake(const Environment& environment)
{
    return !is_going(environment.state) && environment.serving != 0 &&
           environment.presence == Presence::awake;
}

}  // namespace

void draw_limits(House& house)
{
    static constexpr std::array policies{AtLimit::destroy_oldest, AtLimit::queue, AtLimit::refuse};
    if (!house.dice.happens(30)) return;
    LimitSettings& limits = house.settings().limits;
    limits.environments = house.dice.between(1, 3);
    limits.at_limit = policies.at(house.dice.below(policies.size()));
    house.trace.say(
        "operator",
        fmt::format("lets {} be awake; then: {}", limits.environments, name(limits.at_limit))
    );
}

bool is_held_back(const LimitSettings& limits, const Deployment& last)
{
    if (limits.environments == 0) return false;
    if (limits.at_limit == AtLimit::refuse) return last.code == Code::refused;
    return waits(last);
}

std::vector<std::string> limit_untruths(
    const LimitSettings& limits, const std::vector<std::pair<Environment, Deployment>>& all
)
{
    std::vector<std::string> found;
    std::uint64_t awake = 0;
    std::uint64_t loose = 0;           ///< Those of them that nothing holds.
    std::uint64_t loose_stranger = 0;  ///< A stranger's.
    std::uint64_t trusted_waiting = 0;
    for (const auto& [environment, last] : all) {
        if (is_awake(environment)) ++awake;
        const bool free = is_awake(environment) && !environment.pinned;
        if (free) ++loose;
        if (free && environment.wanted.untrusted) ++loose_stranger;
        if (waits(last) && !environment.wanted.untrusted) ++trusted_waiting;
    }
    if (limits.environments > 0 && awake > limits.environments && loose > 0)
        found.push_back(fmt::format("{} are awake, and {} may be", awake, limits.environments));
    const bool displaces =
        limits.at_limit == AtLimit::sleep_oldest || limits.at_limit == AtLimit::destroy_oldest;
    for (const auto& [environment, last] : all) {
        if (!waits(last)) continue;
        const bool untrusted = environment.wanted.untrusted;
        if (awake < limits.environments && (!untrusted || trusted_waiting == 0))
            found.push_back(fmt::format("{} waits, and there is a place", environment.slug));
        if (displaces && (untrusted ? loose_stranger : loose) > 0)
            found.push_back(fmt::format("{} waits, and nobody makes room", environment.slug));
    }
    return found;
}

}  // namespace diorama::simulation
