#include "engine/forge_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr int deliveries_sent = 1000;
constexpr std::int64_t numbers = 24;

/// People at work on a forge, and a network between it and us that loses, doubles and reorders.
struct Storm : ForgeWorld {
    explicit Storm(std::uint64_t seed) : dice(seed) {}

    bool happens(unsigned percent) { return dice.number() % 100 < percent; }

    /// Somebody opens, pushes to, closes or reopens one; the forge tells of it.
    void something_happens()
    {
        const auto number = static_cast<std::int64_t>(1 + dice.number() % numbers);
        const auto there = shop().pull_requests.find(number);
        const bool open = there != shop().pull_requests.end() &&
                          there->second.status == PullRequest::Status::open;
        if (open && happens(25))
            close(number);
        else
            pull(number, static_cast<char>('a' + dice.number() % 6));
        const Arrival told = arrival(number, "synchronize");
        if (happens(20)) return;
        under_way.push_back(told);
        if (happens(10)) under_way.push_back(told);
    }

    /// One that is under way arrives, seldom the oldest.
    void something_arrives()
    {
        if (under_way.empty()) return;
        const auto at =
            under_way.begin() + static_cast<std::ptrdiff_t>(dice.number() % under_way.size());
        tell(*at);
        under_way.erase(at);
    }

    std::optional<Brake> held()
    {
        return query(
                   [](Tx& tx) -> Result<std::optional<Brake>> { return brake::read(tx); }
        ).value();
    }

    SeededRandom dice;
    std::vector<Arrival> under_way;
};

}  // namespace

TEST_CASE(
    "a thousand deliveries, lost, doubled and reordered, with restarts, end at the forge's truth "
    "(SEC-21, H04)"
)
{
    for (const std::uint64_t seed : {11U, 12U, 13U}) {
        CAPTURE(seed);
        Storm world(seed);
        for (int i = 0; i < deliveries_sent; ++i) {
            world.something_happens();
            if (world.happens(80)) world.something_arrives();
            world.scheduler.run_for(milliseconds{world.dice.number() % 2000});
            if (world.happens(3)) world.stop();  // The next delivery finds another daemon.
        }
        while (!world.under_way.empty())
            world.something_arrives();
        world.scheduler.run_for(minutes{20});
        // Many closings that nobody told of look like a forge that forgot.
        if (world.held()) CHECK(world.scheduler.run(world.engine().poller().release()));
        world.scheduler.run_for(minutes{20});

        for (const auto& [number, facts] : world.shop().pull_requests) {
            CAPTURE(number);
            const auto preview = world.preview(number);
            if (facts.status == PullRequest::Status::open) {
                REQUIRE(preview.has_value());
                CHECK(preview->state == State::ready);
                CHECK(preview->serving_commit == facts.head_commit);
            } else {
                CHECK((!preview || preview->state == State::destroyed));
            }
        }
    }
}
