#include "base/random.hpp"
#include "engine/queue/admission.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using Answer = Admission::Answer;

namespace {

constexpr std::uint64_t gib = 1ULL << 30U;

struct House {
    SeededRandom random{3};
    Instant now{hours{1000}};
    LimitSettings limits{.environments = 2};
    Occupancy occupancy;

    Environment environment(bool untrusted = false)
    {
        Environment made{.id = EnvironmentId::make(now, random), .state = State::ready};
        made.wanted.untrusted = untrusted;
        made.serving = 1;
        return made;
    }
    /// Somebody who was used so long ago.
    Environment& live(milliseconds unused, Needs needs = {}, bool untrusted = false)
    {
        Occupant occupant{environment(untrusted), needs};
        occupant.environment.wanted_at = now - unused;
        occupancy.occupants.push_back(occupant);
        return occupancy.occupants.back().environment;
    }
    void wait(Needs needs, bool untrusted = false)
    {
        Waiter waiter{environment(untrusted), {}};
        waiter.deployment.needs = needs;
        occupancy.waiting.push_back(waiter);
    }
    Admission ask(Needs needs = {}, bool untrusted = false)
    {
        return admit(limits, {environment(untrusted), needs}, occupancy, now);
    }
};

EnvironmentId first(const Admission& answer)
{
    REQUIRE(!answer.candidates.empty());
    return answer.candidates.front().environment;
}

}  // namespace

TEST_CASE_FIXTURE(House, "at the limit of environments the longest unused goes to sleep (H06)")
{
    live(hours{1});
    CHECK(ask().answer == Answer::admitted);
    const auto oldest = live(hours{2}).id;
    const auto full = ask();
    CHECK(full.answer == Answer::waits);
    CHECK(full.reason == "2 of 2 environments are awake");
    CHECK(full.mend.find("limits.environments") != std::string::npos);
    CHECK(full.candidates.size() == 2);
    CHECK(full.candidates.front() == Displaced{oldest, Presence::frozen});
}

TEST_CASE_FIXTURE(House, "whoever is on the way down makes room for one, and for one only (H06)")
{
    live(hours{1});
    live(hours{2}).wanted.presence = Presence::frozen;
    CHECK(ask().answer == Answer::waits);
    CHECK(ask().candidates.empty());
    wait({});
    CHECK(ask().candidates.size() == 1);
}

TEST_CASE_FIXTURE(House, "pinned environments keep their place, and all pinned means to wait (H06)")
{
    live(hours{9}).pinned = true;
    const auto other = live(hours{1}).id;
    CHECK(first(ask()) == other);
    occupancy.occupants.back().environment.pinned = true;
    CHECK(ask().answer == Answer::waits);
    CHECK(ask().candidates.empty());
}

TEST_CASE_FIXTURE(House, "what is on its way up is not sent away, nor what is being renewed")
{
    live(hours{9}).state = State::updating;
    const auto other = live(hours{1}).id;
    CHECK(first(ask()) == other);
    CHECK(ask().candidates.size() == 1);
}

TEST_CASE_FIXTURE(
    House, "destroy-oldest takes the longest unused down, but none that was extended (H05)"
)
{
    limits.at_limit = AtLimit::destroy_oldest;
    live(hours{9}).kept_until = now + hours{1};
    const auto other = live(hours{1}).id;
    CHECK(
        ask().candidates ==
        std::vector{
            Displaced{other, Presence::gone}
    }
    );
}

TEST_CASE_FIXTURE(House, "queue waits and disturbs nobody, refuse says no (H06)")
{
    live(hours{1});
    live(hours{2});
    limits.at_limit = AtLimit::queue;
    CHECK(ask().answer == Answer::waits);
    CHECK(ask().candidates.empty());
    limits.at_limit = AtLimit::refuse;
    CHECK(ask().answer == Answer::refused);
    CHECK(ask().reason == "2 of 2 environments are awake");
}

TEST_CASE_FIXTURE(House, "a stranger's pushes out strangers' only, and stands behind ours")
{
    const auto ours = live(hours{9}).id;
    const auto theirs = live(hours{1}, {}, true).id;
    CHECK(first(ask({}, true)) == theirs);
    CHECK(first(ask()) == ours);
    occupancy.occupants.pop_back();
    wait({}, true);
    CHECK(ask().answer == Answer::admitted);
    CHECK(ask({}, true).answer == Answer::waits);
    CHECK(ask({}, true).candidates.empty());
}

TEST_CASE_FIXTURE(House, "nobody overtakes who waits for longer")
{
    limits = {.most = {.memory = 4 * gib}, .at_limit = AtLimit::queue};
    live(hours{1}, {.memory = 2 * gib});
    wait({.memory = 3 * gib});
    CHECK(ask({.memory = 1 * gib}).answer == Answer::waits);
    occupancy.waiting.clear();
    CHECK(ask({.memory = 1 * gib}).answer == Answer::admitted);
}

TEST_CASE_FIXTURE(House, "memory is freed by stopping, and what is frozen goes first (O01)")
{
    limits = {.most = {.memory = 4 * gib}};
    live(hours{1}, {.memory = 2 * gib});
    auto& frozen = live(hours{2}, {.memory = 2 * gib});
    frozen.presence = frozen.wanted.presence = Presence::frozen;
    frozen.state = State::asleep;
    const auto id = frozen.id;
    const auto full = ask({.memory = 1 * gib});
    CHECK(full.reason == "4 GiB of 4 GiB of memory are promised");
    CHECK(full.candidates.front() == Displaced{id, Presence::stopped});
}

TEST_CASE_FIXTURE(House, "cores count for what is awake (O01)")
{
    limits = {.most = {.cpu_millis = 2000}};
    live(hours{1}, {.cpu_millis = 1500});
    CHECK(ask({.cpu_millis = 500}).answer == Answer::admitted);
    CHECK(ask({.cpu_millis = 501}).reason == "1.5 of 2 cores are promised");
    auto& frozen = occupancy.occupants.back().environment;
    frozen.presence = Presence::frozen;
    CHECK(ask({.cpu_millis = 2000}).answer == Answer::admitted);
}

TEST_CASE_FIXTURE(House, "what never fits is refused at once, whatever the policy (O01)")
{
    limits = {.most = {.memory = 4 * gib}, .at_limit = AtLimit::queue};
    const auto answer = ask({.memory = 5 * gib});
    CHECK(answer.answer == Answer::refused);
    CHECK(
        answer.reason == "it asks for 5 GiB of memory, and all environments together may have 4 GiB"
    );
}

TEST_CASE_FIXTURE(House, "who is awake already is renewed, though the limit was lowered since")
{
    limits.environments = 1;
    live(hours{1});
    const Environment mine = live(hours{2});
    CHECK(admit(limits, {mine, {}}, occupancy, now).answer == Answer::admitted);
}

TEST_CASE_FIXTURE(House, "a visit that woke one too many sends the longest unused down (H06)")
{
    live(hours{1});
    CHECK(overflow(limits, occupancy).empty());
    live(hours{2});
    CHECK(overflow(limits, occupancy).empty());
    const auto oldest = live(hours{3}).id;
    CHECK(overflow(limits, occupancy).front() == Displaced{oldest, Presence::frozen});
    occupancy.occupants.back().environment.wanted.presence = Presence::frozen;
    CHECK(overflow(limits, occupancy).empty());
}
