#include "base/instant.hpp"
#include "engine/sleep/idle.hpp"
#include "engine/sleep/pressure.hpp"
#include "engine/sleep/schedule.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

const Instant noon = parse_instant("2026-03-04T12:00:00Z").value();  // A Wednesday.

/// One that serves, and was last used `ago`.
Environment awake(milliseconds ago)
{
    Environment environment{.state = State::ready};
    environment.wanted_at = noon - ago;
    environment.presence_since = noon - hours{100};
    return environment;
}

Environment asleep(Presence rung, milliseconds since)
{
    Environment environment = awake(hours{50});
    environment.state = State::asleep;
    environment.presence = environment.wanted.presence = rung;
    environment.presence_since = noon - since;
    return environment;
}

EnvironmentId numbered(int number)
{
    return EnvironmentId{*Uuid::parse(fmt::format("01900000-0000-7000-8000-0000000000{:02}", number)
    )};
}

}  // namespace

TEST_CASE("unused for half an hour it is frozen, for another stopped, a day later archived (H12)")
{
    const SleepSettings settings;
    CHECK(idle_rung(awake(minutes{29}), settings, noon) == std::nullopt);
    CHECK(idle_rung(awake(minutes{30}), settings, noon) == Presence::frozen);
    CHECK(idle_rung(asleep(Presence::frozen, minutes{29}), settings, noon) == std::nullopt);
    CHECK(idle_rung(asleep(Presence::frozen, minutes{30}), settings, noon) == Presence::stopped);
    CHECK(idle_rung(asleep(Presence::stopped, hours{23}), settings, noon) == std::nullopt);
    CHECK(idle_rung(asleep(Presence::stopped, hours{24}), settings, noon) == Presence::archived);
    CHECK(idle_rung(asleep(Presence::archived, hours{99}), settings, noon) == std::nullopt);
}

TEST_CASE("a visit, a push and waking count as use (F14)")
{
    const SleepSettings settings;
    Environment visited = awake(hours{9});
    visited.last_accessed_at = noon - minutes{10};
    CHECK(idle_rung(visited, settings, noon) == std::nullopt);
    Environment woken = awake(hours{9});
    woken.presence_since = noon - minutes{10};
    CHECK(idle_rung(woken, settings, noon) == std::nullopt);
}

TEST_CASE("what is pinned, or on its way somewhere, is not put to sleep by idleness")
{
    const SleepSettings settings;
    Environment pinned = awake(hours{9});
    pinned.pinned = true;
    CHECK(idle_rung(pinned, settings, noon) == std::nullopt);
    for (const State state : states) {
        if (state == State::asleep) continue;
        Environment other = awake(hours{9});
        other.state = state;
        CAPTURE(name(state));
        CHECK((idle_rung(other, settings, noon) == Presence::frozen) == (state == State::ready));
    }
    Environment waking = asleep(Presence::frozen, hours{2});
    waking.wanted.presence = Presence::awake;
    CHECK(idle_rung(waking, settings, noon) == std::nullopt);
}

TEST_CASE("a rung whose time is 0 is left out")
{
    SleepSettings settings{.frozen_after = milliseconds{0}};
    CHECK(idle_rung(awake(minutes{29}), settings, noon) == std::nullopt);
    CHECK(idle_rung(awake(minutes{30}), settings, noon) == Presence::stopped);
    settings.stopped_after = milliseconds{0};
    CHECK(idle_rung(awake(hours{23}), settings, noon) == std::nullopt);
    CHECK(idle_rung(awake(hours{24}), settings, noon) == Presence::archived);
    settings.archived_after = milliseconds{0};
    CHECK(idle_rung(awake(hours{1000}), settings, noon) == std::nullopt);
}

TEST_CASE("the manifest may say after how long its scene sleeps, or that it never does")
{
    SleepSettings settings;
    Environment worker = awake(hours{3});
    worker.sleep_after = hours{4};
    CHECK(idle_rung(worker, settings, noon) == std::nullopt);
    worker.sleep_after = hours{2};
    CHECK(idle_rung(worker, settings, noon) == Presence::frozen);
    worker.sleep_after = milliseconds{0};
    CHECK(idle_rung(worker, settings, noon) == std::nullopt);
    settings.schedule = Schedule::parse({"Wed"}, "UTC").value();
    CHECK(idle_rung(worker, settings, noon) == std::nullopt);
}

TEST_CASE("in its hours of sleep a scene sleeps five minutes after its last use (H12)")
{
    SleepSettings settings{.frozen_after = milliseconds{0}};
    settings.schedule = Schedule::parse({"Wed 12:00-13:00"}, "UTC").value();
    CHECK(idle_rung(awake(minutes{4}), settings, noon) == std::nullopt);
    CHECK(idle_rung(awake(minutes{5}), settings, noon) == Presence::frozen);
    CHECK(idle_rung(awake(minutes{5}), settings, noon - minutes{1}) == std::nullopt);
    Environment later = awake(hours{3});
    later.sleep_after = hours{4};
    CHECK(idle_rung(later, settings, noon) == Presence::frozen);
}

TEST_CASE("when memory is short, whoever was not used for the longest time goes one rung down")
{
    std::vector<Environment> all{awake(hours{1}), awake(hours{3}), awake(hours{2})};
    for (int i = 0; i < 3; ++i)
        all[static_cast<std::size_t>(i)].id = numbered(i);
    CHECK(relief(all, noon) == Relief{numbered(1), Presence::frozen});
    all[1].state = State::asleep;
    all[1].presence = all[1].wanted.presence = Presence::frozen;
    CHECK(relief(all, noon) == Relief{numbered(1), Presence::stopped});
    all[1].presence = all[1].wanted.presence = Presence::stopped;
    CHECK(relief(all, noon) == Relief{numbered(2), Presence::frozen});
    all[2].pinned = true;
    CHECK(relief(all, noon) == Relief{numbered(0), Presence::frozen});
    all[0].last_accessed_at = noon - minutes{1};
    CHECK(relief(all, noon) == std::nullopt);
}

TEST_CASE("memory is short when tasks wait for it, or little is left, as the kernel says")
{
    const std::string calm = "some avg10=0.50 avg60=30.00 avg300=1.00 total=1\n"
                             "full avg10=90.00 avg60=0.00 avg300=0.00 total=1\n";
    const std::string stalls = "some avg10=20.00 avg60=0.00 avg300=0.00 total=1\n";
    const std::string plenty = "MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:  50 kB\n";
    const std::string scarce = "MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:  49 kB\n";
    const SleepSettings settings;
    CHECK(!is_short(read_memory(calm, plenty), settings));
    CHECK(is_short(read_memory(stalls, plenty), settings));
    CHECK(is_short(read_memory(calm, scarce), settings));
    // A kernel without pressure stall information, and a machine without either.
    CHECK(!is_short(read_memory("", plenty), settings));
    CHECK(is_short(read_memory("", scarce), settings));
    CHECK(!is_short(read_memory("", ""), settings));
    const SleepSettings never{.pressure = 0, .available = 0};
    CHECK(!is_short(read_memory(stalls, scarce), never));
}
