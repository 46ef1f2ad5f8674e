#include "engine/test_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

struct Street : TestWorld {
    Environment shop = first();

    Environment first()
    {
        push_page('a');
        return settle(deploy().id);
    }
    void push_page(char commit)
    {
        push(
            commit,
            {
                {"compose.yaml", "services:\n  app:\n    build: .\n    ports: ['8080']\n"},
                {"Dockerfile", "FROM scratch\nCOPY page /\n"},
                {"page", std::string(1, commit)}
        }
        );
    }
    Result<Cancelled> cancel(DeploymentId id)
    {
        return scheduler.run(engine().commands().cancel(admin(), id));
    }
    std::string commit(char letter) const { return std::string(40, letter); }
    std::size_t containers() const { return count(EntryType::container); }
};

}  // namespace

TEST_CASE_FIXTURE(
    Street, "a cancelled deployment has ended when it is said so, and what served goes on (O04)"
)
{
    builder.build_time = minutes{10};
    push_page('b');
    deploy();
    wait_until([&] { return builder.built.size() == 2; });
    const Instant asked = scheduler.now();
    const auto cancelled = cancel(latest(shop.id).id);
    REQUIRE(cancelled.has_value());
    CHECK(scheduler.now() - asked < seconds{1});
    CHECK(cancelled->ended);
    CHECK(builder.cancelled == 1);
    CHECK(cancelled->deployment.status == DeploymentStatus::failed);
    CHECK(cancelled->deployment.cause == "cancelled by test");

    scheduler.run_for(hours{2});
    const Environment now = find(shop.id);
    CHECK(now.state == State::ready);
    CHECK(now.serving_commit == commit('a'));
    CHECK(now.cause == "cancelled by test");
    CHECK(builder.built.size() == 2);
    CHECK(serving(shop.id, "app")->container.running == Running::running);
    CHECK(lines.contains("cancelled by test"));
}

TEST_CASE_FIXTURE(Street, "a cancelled commit is put up when somebody asks for it again")
{
    builder.build_time = minutes{10};
    push_page('b');
    deploy();
    wait_until([&] { return builder.built.size() == 2; });
    REQUIRE(cancel(latest(shop.id).id).has_value());
    builder.build_time = seconds{1};
    redeploy(shop.id);
    CHECK(settle(shop.id).serving_commit == commit('b'));
}

TEST_CASE("what waits in the queue is cancelled, and never begins")
{
    TestWorld world;
    world.engine_settings.workers = 1;
    world.builder.build_time = minutes{10};
    for (const char* branch : {"refs/heads/main", "refs/heads/other"})
        world.commits.push(
            std::string(TestWorld::repository),
            branch,
            std::string(40, 'a'),
            {
                {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
        }
        );
    world.deploy();
    world.wait_until([&] { return !world.builder.built.empty(); });
    DeployRequest other = world.request();
    other.key = "other";
    const auto waiting =
        world.scheduler.run(world.engine().commands().deploy(world.admin(), other));
    REQUIRE(waiting.has_value());
    const auto id = world.latest(waiting->id).id;
    const auto cancelled = world.scheduler.run(world.engine().commands().cancel(world.admin(), id));
    REQUIRE(cancelled.has_value());
    CHECK(cancelled->ended);
    CHECK(world.find(waiting->id).state == State::failed);
    world.scheduler.run_for(hours{1});
    CHECK(world.builder.built.size() == 1);
    CHECK(world.find(waiting->id).state == State::failed);
}

TEST_CASE("at whatever moment somebody cancels, nothing is left half made")
{
    for (milliseconds moment{0}; moment < seconds{5}; moment += milliseconds{125}) {
        CAPTURE(moment.count());
        Street street;
        const std::size_t before = street.containers();
        street.push_page('b');
        street.deploy();
        street.scheduler.run_for(moment);
        const auto cancelled = street.cancel(street.latest(street.shop.id).id);
        street.scheduler.run_for(minutes{10});
        const Environment now = street.find(street.shop.id);
        CHECK(now.state == State::ready);
        CHECK(is_final(street.latest(now.id).status));
        CHECK(now.serving_commit == street.commit(cancelled ? 'a' : 'b'));
        CHECK(street.containers() == before);
        CHECK(street.serving(now.id, "app")->container.running == Running::running);
    }
}

TEST_CASE_FIXTURE(Street, "what is over cannot be cancelled, and is told what it came to")
{
    const auto cancelled = cancel(latest(shop.id).id);
    REQUIRE(!cancelled.has_value());
    CHECK(cancelled.error().code == Code::conflict);
    CHECK(cancelled.error().message == "the deployment has ended already: success");
}

TEST_CASE_FIXTURE(Street, "who may only look cancels nothing")
{
    builder.build_time = minutes{10};
    push_page('b');
    deploy();
    Caller reader = admin();
    reader.grants.list.front().role = Role::viewer;
    const auto refused = scheduler.run(engine().commands().cancel(reader, latest(shop.id).id));
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::forbidden);
    CHECK(!is_final(latest(shop.id).status));
}
