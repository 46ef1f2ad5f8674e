#include "simulation/run.hpp"

#include "simulation/always.hpp"
#include "simulation/ends.hpp"
#include "simulation/limits.hpp"
#include "simulation/mishaps.hpp"
#include "simulation/truths.hpp"
#include "simulation/visitors.hpp"

#include <algorithm>
#include <stdexcept>

namespace diorama::simulation {

namespace {

/// Once everything works: what waits for its next try waits no longer than ten minutes.
constexpr minutes glance{5};
constexpr int most_glances = 8;

/// So soon whoever waits at a door is let in, and before it sleeps again.
constexpr seconds waking{100};

void storm(House& house, People& people, Mishaps& mishaps, Visitors& visitors)
{
    const auto steps = house.dice.between(15, 60);
    for (std::uint64_t step = 0; step < steps; ++step) {
        const auto roll = house.dice.below(100);
        if (roll < 40)
            people.work();
        else if (roll < 48)
            visitors.come();
        else if (roll < 75)
            people.deliver();
        else if (roll < 85)
            mishaps.command();
        else
            mishaps.strike();
        house.live(house.dice.up_to(house.dice.happens(10) ? seconds{120} : seconds{10}));
        for (std::string& wrong : untruths_now(house, Mishaps::unknown))
            house.violations.push_back(std::move(wrong));
        if (!house.violations.empty()) return;
    }
}

/// Somebody looks why the brake holds, and lets it go.
void release_brake(House& house)
{
    const auto released = house.run(house.engine().poller().release());
    if (released) house.trace.say("operator", fmt::format("lets go of {}", *released));
    const auto ended = house.run(house.engine().cleaner().release());
    if (ended && *ended > 0) house.trace.say("operator", fmt::format("ends {}", *ended));
}

std::vector<std::string> calm(House& house, People& people, Mishaps& mishaps, Visitors& visitors)
{
    mishaps.end();
    house.live(seconds{0});
    people.deliver_the_rest();
    std::vector<std::string> wrong;
    for (int i = 0; i < most_glances; ++i) {
        house.live(glance);
        release_brake(house);
        visitors.come_to_many();
        house.live(waking);
        wrong = untruths(house, people, visitors.visited());
        if (wrong.empty()) break;
    }
    return wrong;
}

/// What was done this moment is not told of yet: who finds fault looks a second time.
std::vector<std::string> lasting_untruths(House& house, People& people)
{
    if (untruths(house, people, {}).empty()) return {};
    house.live(seconds{20});
    return untruths(house, people, {});
}

/// Somebody takes some of them down: they stay down, whatever else happens to their pull requests.
std::vector<std::string> take_down(House& house, People& people, Mishaps& mishaps)
{
    std::vector<EnvironmentId> gone;
    for (const Environment& each : standing(house)) {
        if (!house.dice.happens(30)) continue;
        gone.push_back(each.id);
        mishaps.take_down(each);
    }
    house.live(glance);
    people.touch_all();
    house.live(glance);
    auto wrong = lasting_untruths(house, people);
    for (const Environment& each : standing(house))
        if (std::ranges::find(gone, each.id) != gone.end())
            wrong.push_back(each.slug + " was taken down, and stands");
    return wrong;
}

/// Somebody has everything that is not kept taken away: what was announced goes, and stays away.
std::vector<std::string> clean_up(House& house, People& people)
{
    house.settings().cleanup.idle = minutes{1};
    const auto before = standing(house);
    const auto planned = house.run(house.engine().cleaner().plan());
    const auto done = house.run(house.engine().cleaner().pass_by_hand({}));
    if (!planned || !done) return {"a cleanup by hand failed in a world that is well"};
    auto wrong = differences(house, *planned, before);
    house.live(glance);
    people.touch_all();
    house.live(glance);
    for (std::string& each : lasting_untruths(house, people))
        wrong.push_back(std::move(each));
    for (std::string& each : overdue(house))
        wrong.push_back(std::move(each));
    return wrong;
}

}  // namespace

Outcome live_through(std::uint64_t seed, bool detailed)
{
    House house(seed, detailed);
    People people(house);
    Mishaps mishaps(house, people);
    Visitors visitors(house);
    Outcome outcome;
    try {
        draw_limits(house);
        storm(house, people, mishaps, visitors);
        outcome.violations = calm(house, people, mishaps, visitors);
        if (outcome.violations.empty()) outcome.violations = take_down(house, people, mishaps);
        if (outcome.violations.empty()) outcome.violations = clean_up(house, people);
    } catch (const std::exception& accident) {
        outcome.violations.push_back(fmt::format("an accident: {}", accident.what()));
    }
    for (const std::string& violation : house.violations)
        outcome.violations.push_back(violation);
    if (outcome.violations.empty()) outcome.transitions = transitions(house);
    outcome.trace = house.trace.lines();
    return outcome;
}

}  // namespace diorama::simulation
