#include "engine/publisher.hpp"
#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Task<> publish(Publisher& publisher, std::stop_token stop, Result<>& answer)
{
    answer = co_await publisher.publish(std::move(stop));
}

}  // namespace

TEST_CASE(
    "a table is published even when nobody waits for it any more, each one newer than the last"
)
{
    TestWorld at;
    at.push_compose('a', "services:\n  web:\n    image: web:1\n    ports: ['8080']\n");
    at.settle(at.deploy().id);
    at.stop();
    at.router.table = {};
    Bell bell(at.scheduler);
    Publisher publisher(at.world(), bell);
    std::stop_source given_up;
    given_up.request_stop();
    Result<> first = ok();
    Result<> second = ok();
    TaskGroup group(at.scheduler);
    group.spawn(publish(publisher, {}, first));
    group.spawn(publish(publisher, given_up.get_token(), second));
    at.scheduler.run(group.join());
    CHECK(first.has_value());
    CHECK(second.error().code == Code::cancelled);
    CHECK(at.router.table.epoch == 2);
    CHECK(at.router.table.routes.size() == 1);
}
