#include "base/random.hpp"
#include "engine/queue/places.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

struct Street {
    SeededRandom random{3};
    Instant now{hours{1}};
    ProjectId shop = ProjectId::make(now, random);
    ProjectId blog = ProjectId::make(now, random);
    Traffic traffic;
    std::vector<deployments::Took> took{
        {shop, minutes{4}},
        {shop, minutes{1}},
        {shop, minutes{2}}
    };

    EnvironmentId wait(ProjectId project, bool deploys = true)
    {
        const auto id = EnvironmentId::make(now, random);
        traffic.line.push_back({.environment = id, .project = project, .deploys = deploys});
        return id;
    }
    void hold(milliseconds for_, bool deploys = true)
    {
        traffic.held.push_back(
            {.environment = EnvironmentId::make(now, random),
             .project = shop,
             .since = now - for_,
             .deploys = deploys}
        );
    }
    std::map<EnvironmentId, Place> seen(std::size_t workers) const
    {
        return places(traffic, Pace(took), workers, now);
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    Street, "who waits is told when a worker is expected to be free, by how long others took (H06)"
)
{
    hold(seconds{30});
    hold(seconds{60});
    const auto first = wait(shop);
    const auto second = wait(shop);
    const auto third = wait(shop);
    const auto all = seen(2);
    CHECK(all.at(first) == Place{1, now + seconds{60}});
    CHECK(all.at(second) == Place{2, now + seconds{90}});
    CHECK(all.at(third) == Place{3, now + seconds{180}});
}

TEST_CASE_FIXTURE(Street, "a project without deployments is expected to be as fast as the others")
{
    hold(seconds{0});
    const auto first = wait(blog);
    const auto second = wait(shop);
    CHECK(seen(1).at(first).start == now + minutes{2});
    CHECK(seen(1).at(second).start == now + minutes{4});
}

TEST_CASE_FIXTURE(Street, "where nothing was ever deployed the place is told, and no time")
{
    took.clear();
    hold(minutes{1});
    const auto first = wait(shop);
    CHECK(seen(1).at(first) == Place{1, std::nullopt});
}

TEST_CASE_FIXTURE(
    Street, "a look takes its turn and no time, and what is overdue may end any moment"
)
{
    hold(hours{1});
    wait(shop, false);
    const auto first = wait(shop);
    CHECK(seen(1).size() == 1);
    CHECK(seen(1).at(first) == Place{2, now + seconds{10}});
    traffic.held.clear();
    CHECK(seen(1).at(first).start == now);
}
