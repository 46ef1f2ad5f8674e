#include "base/random.hpp"
#include "engine/cleanup/endings.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::chrono::days day{1};
const Instant now{std::chrono::days{20'000}};
/// There since ever.
const Attendance attended(now, {});

struct Street {
    SeededRandom random{1};
    CleanupSettings settings;
    std::vector<Environment> live;

    /// One that stands since then and was used last since then.
    Environment& add(milliseconds age, milliseconds idle)
    {
        Environment it{.id = EnvironmentId::make(now, random), .state = State::ready};
        it.slug = fmt::format("shop-pr-{}", live.size() + 1);
        it.standing_since = it.presence_since = it.wanted_at = now - age;
        it.last_accessed_at = now - idle;
        live.push_back(it);
        return live.back();
    }
    /// "shop-pr-1: idle for 2 d"; held ones with a star.
    std::vector<std::string> over(const Attendance& known = attended) const
    {
        std::vector<std::string> all;
        for (const Ending& each : endings(settings, live, known))
            all.push_back(fmt::format("{}: {}{}", each.slug, each.why, each.held ? " *" : ""));
        return all;
    }
};

using Over = std::vector<std::string>;

}  // namespace

TEST_CASE("what nobody used for 48 hours ends, what somebody looked at does not (H02)")
{
    Street street;
    street.add(3 * day, hours{48});
    street.add(3 * day, hours{47});
    street.add(3 * day, minutes{1});
    CHECK(street.over() == Over{"shop-pr-1: idle for 2 d"});
    street.live[0].wanted_at = now - hours{1};
    CHECK(street.over().empty());
}

TEST_CASE("what stands for 7 days ends, though it is used (H03)")
{
    Street street;
    street.add(7 * day, minutes{1});
    street.add(7 * day - minutes{1}, minutes{1});
    CHECK(street.over() == Over{"shop-pr-1: older than 7 d"});
}

TEST_CASE("each clock can be stopped by itself (H02, H03)")
{
    Street street;
    street.add(8 * day, hours{49});
    street.settings.idle = milliseconds{0};
    CHECK(street.over() == Over{"shop-pr-1: older than 7 d"});
    street.settings.ttl = milliseconds{0};
    CHECK(street.over().empty());
    street.settings.idle = hours{48};
    CHECK(street.over() == Over{"shop-pr-1: idle for 2 d"});
}

TEST_CASE("what is pinned stays, and what was extended stays until then")
{
    Street street;
    Environment& it = street.add(30 * day, 30 * day);
    it.pinned = true;
    CHECK(street.over().empty());
    it.pinned = false;
    it.kept_until = now + minutes{1};
    CHECK(street.over().empty());
    it.kept_until = now;
    CHECK(street.over() == Over{"shop-pr-1: idle for 2 d"});
}

TEST_CASE("only what rests ends: nothing on its way, nothing that waits for an approval")
{
    Street street;
    for (const State state : states)
        street.add(day * 2, hours{48}).state = state;
    std::vector<State> ended;
    for (const Ending& each : endings(street.settings, street.live, attended)) {
        for (const Environment& it : street.live)
            if (it.id == each.environment) ended.push_back(it.state);
    }
    CHECK(ended == std::vector{State::ready, State::asleep, State::failed});
}

TEST_CASE("after a weekend all that is idle goes, however much: time passed as it always does")
{
    Street street;
    for (int i = 0; i < 10; ++i)
        street.add(3 * day, hours{48} + minutes{i});
    CHECK(street.over().size() == 10);
    CHECK(street.over()[9] == "shop-pr-10: idle for 2 d");
}

TEST_CASE("a change of the settings that would end many waits for somebody's word (DESIGN rule 5)")
{
    Street street;
    for (int i = 0; i < 10; ++i)
        street.add(hours{20} + minutes{i}, hours{20});
    street.settings.ttl = minutes{7};
    CHECK(street.over().size() == 10);
    CHECK(street.over()[0] == "shop-pr-1: older than 7 min *");
    street.live.resize(3);
    CHECK(street.over()[0] == "shop-pr-1: older than 7 min");
}

TEST_CASE("a clock that leaps a month forward ends nothing")
{
    Street street;
    street.add(day, hours{1});
    street.add(2 * day, hours{47});
    const auto leapt = attended.at(now + 30 * day, street.settings.every);
    CHECK(street.over(leapt).empty());
    // What was visited since then is as fresh as ever; the time of the others goes on.
    const auto later = Attendance(now + 30 * day + hours{1}, leapt.gaps());
    CHECK(street.over(later) == Over{"shop-pr-2: idle for 2 d"});
}
