#include "engine/feedback_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

const std::map<std::string, std::string> built_from_source{
    {"compose.yaml", "services: {web: {build: ., ports: [80]}}"},
    {"Dockerfile",   "FROM scratch"                            }
};

}  // namespace

TEST_CASE("a comment splits the time a deployment took into its phases (B14)")
{
    FeedbackWorld world;
    world.slowly();
    world.builder.build_time = seconds{40};
    world.push('a', built_from_source);
    world.tell(world.arrival(7, "opened"));
    world.settle();
    world.settle();
    CHECK(world.has("build 40 s, start "));
    const auto made = world.latest(world.preview(7)->id);
    const auto parts = phases(made);
    REQUIRE(parts.size() == 5);
    milliseconds sum{};
    for (const Phase& part : parts)
        sum += part.took;
    CHECK(sum == *made.completed_at - made.created_at);
    CHECK(parts.at(2) == Phase{"build", seconds{40}});
    CHECK(parts.at(3).took >= seconds{5});
}

TEST_CASE("a build that waits for others is told with its place in the queue (B14)")
{
    FeedbackWorld world;
    world.builder.build_time = minutes{3};
    world.push('a', built_from_source);
    world.tell(world.arrival(7, "opened"));
    world.wait_until([&] { return world.preview(7).has_value(); });
    const auto owner = world.preview(7)->id.text();
    world.builder.waiting[owner] = 3;
    world.scheduler.run_for(seconds{10});
    CHECK(world.text().starts_with("**Preview provisioning**: [`aaaaaaa`]"));
    CHECK(world.has("waits to be built, number 3 in the queue."));
    const auto statuses = world.shop().statuses.size();
    world.builder.waiting[owner] = 1;
    world.scheduler.run_for(seconds{40});
    CHECK(world.has("waits to be built, next in the queue."));
    CHECK(world.shop().statuses.size() == statuses);
    world.builder.waiting.clear();
    world.scheduler.run_for(seconds{40});
    CHECK(world.has("**Preview provisioning**: building [`aaaaaaa`]"));
    world.settle();
    CHECK(world.has("**Preview ready**"));
}

TEST_CASE("of several addresses a comment says which is the main one, and why (B14)")
{
    FeedbackWorld world;
    world.push(
        'a',
        {
            {"compose.yaml",
             "services: {admin: {image: a, ports: [8080]}, web: {image: b, ports: [80]}}"}
    }
    );
    world.tell_and_settle(world.arrival(7, "opened"));
    CHECK(world.text().starts_with("**Preview ready**: <http://ann-shop-pr-7.localhost:8080/>"));
    CHECK(world.has("| admin | <http://ann-shop-pr-7.localhost:8080/> | running |"));
    CHECK(world.has("| web | <http://ann-shop-pr-7-web.localhost:8080/> | running |"));
    CHECK(world.has("admin is the main service\\: the first whose port \\(8080\\) is one"));
    world.push_broken('b');
    world.tell_and_settle(world.arrival(7));
    CHECK(world.text().starts_with("**Preview ready** at [`aaaaaaa`]"));
    CHECK(world.has("admin is the main service"));
}
