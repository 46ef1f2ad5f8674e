#include "base/concurrency.hpp"
#include "routing/fake.hpp"
#include "routing/visits.hpp"
#include "store/fixture.hpp"

using namespace diorama;

namespace {

struct World {
    std::optional<Instant> last_access(EnvironmentId id)
    {
        return at.read([id](Tx& tx) { return environments::find(tx, id); })->last_accessed_at;
    }

    StoreFixture at;
    Environment shop = at.environment(at.project("shop"), 7);
    Environment blog = at.environment(at.project("blog"), 8);
    FakeRouter router{at.scheduler};
    std::vector<std::string> said;
    Log log{Log::Level::info, [this](std::string_view line) { said.emplace_back(line); }};
    VisitRecorder recorder{at.scheduler, *at.store, router, log};
};

}  // namespace

TEST_CASE("F14: a visit is stored within the interval, all of one in a transaction")
{
    World world;
    std::stop_source source;
    TaskGroup group(world.at.scheduler);
    group.spawn(world.recorder.run(seconds{15}, source.get_token()));
    const auto now = world.at.now();
    world.router.visited = {
        {world.shop.id, now + seconds{3}},
        {world.blog.id, now + seconds{1}},
        {world.shop.id, now             }
    };
    const auto before = world.at.store->statistics().works;
    world.at.scheduler.run_for(seconds{16});
    CHECK(world.at.store->statistics().works - before == 1);
    CHECK(world.last_access(world.shop.id) == now + seconds{3});
    CHECK(world.last_access(world.blog.id) == now + seconds{1});

    // Nobody came: nothing is written.
    world.at.scheduler.run_for(minutes{10});
    CHECK(world.at.store->statistics().works - before == 1);
    source.request_stop();
    world.at.scheduler.run(group.join());
}

TEST_CASE("F14: what was visited just before the end is stored, too")
{
    World world;
    std::stop_source source;
    TaskGroup group(world.at.scheduler);
    group.spawn(world.recorder.run(hours{1}, source.get_token()));
    world.at.scheduler.run_ready();
    world.router.visited = {
        {world.shop.id, world.at.now()}
    };
    source.request_stop();
    world.at.scheduler.run(group.join());
    CHECK(world.last_access(world.shop.id) == world.at.now());
}

TEST_CASE("a visit of an environment that is gone harms nobody")
{
    World world;
    world.router.visited = {
        {world.at.make_id<EnvironmentId>(), world.at.now()},
        {world.blog.id,                     world.at.now()}
    };
    world.at.scheduler.run(world.recorder.record());
    CHECK(world.last_access(world.blog.id) == world.at.now());
    CHECK(world.said.empty());
}
