#include "engine/cleanup/endings.hpp"
#include "engine/sleep/sleep_scene.hpp"
#include "store/jobs.hpp"

using namespace diorama;

namespace {

constexpr std::string_view page = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";
constexpr std::string_view never_up =
    "services:\n"
    "  migrate:\n    image: for-ever:1\n"
    "  web:\n    image: web:1\n    ports: ['8080']\n"
    "    depends_on: {migrate: {condition: service_completed_successfully}}\n";

Environment put_up(TestWorld& world, const std::string& branch, FakeCommits::Content content)
{
    world.start();
    world.commits.push(
        std::string(TestWorld::repository),
        "refs/heads/" + branch,
        std::string(40, 'a'),
        std::move(content)
    );
    DeployRequest wanted = world.request();
    wanted.key = branch;
    const auto made = world.scheduler.run(world.engine().commands().deploy(world.admin(), wanted));
    return made.value();
}

Environment put_up(TestWorld& world, const std::string& branch, std::string_view manifest)
{
    return put_up(
        world,
        branch,
        FakeCommits::Content{
            {"compose.yaml", std::string(manifest)}
    }
    );
}

Environment build(TestWorld& world, const std::string& branch)
{
    return put_up(
        world,
        branch,
        FakeCommits::Content{
            {"Dockerfile", "FROM scratch\nEXPOSE 8080\n"}
    }
    );
}

}  // namespace

TEST_CASE("who waits at a door does not wait behind deployments that take all workers (F14)")
{
    for (const Presence rung : {Presence::frozen, Presence::stopped}) {
        CAPTURE(name(rung));
        SleepScene world;
        world.down_to(rung);
        world.engine_settings.workers = 2;
        world.builder.build_time = hours{1};
        for (const char* branch : {"one", "two"})
            build(world, branch);
        world.wait_until([&] { return world.builder.built.size() == 2; });
        const auto third = build(world, "three");
        const Instant asked = world.scheduler.now();
        REQUIRE(world.wake().has_value());
        world.until_awake();
        CHECK(world.scheduler.now() - asked < minutes{1});
        world.scheduler.run_for(minutes{5});
        CHECK(world.find(third.id).state == State::pending);
    }
}

TEST_CASE("no more scenes are started at once than may be, and the next one has its turn (O01)")
{
    for (const std::size_t starts : {1U, 2U}) {
        CAPTURE(starts);
        TestWorld world;
        world.engine_settings.starts = starts;
        const auto first = put_up(world, "one", never_up);
        world.scheduler.run_for(minutes{1});
        const auto second = put_up(world, "two", page);
        world.scheduler.run_for(minutes{1});
        CHECK(world.find(first.id).state == State::provisioning);
        CHECK(world.find(second.id).state == (starts == 1 ? State::provisioning : State::ready));
        world.scheduler.run_for(world.engine_settings.deadlines.start - seconds{90});
        CHECK(world.find(first.id).state == State::failed);
        CHECK(world.find(second.id).state == State::ready);
    }
}

TEST_CASE("a lease that nobody renews is free again, and the operator is told (A21)")
{
    TestWorld world;
    world.engine_settings.workers = 1;
    world.builder.build_time = hours{1};
    build(world, "one");
    world.wait_until([&] { return !world.builder.built.empty(); });
    const auto second = build(world, "two");
    const auto take = [&](Tx& tx) -> Result<std::optional<jobs::Job>> {
        return jobs::claim(tx, "gone", world.scheduler.now(), seconds{30});
    };
    const auto taken = world.scheduler.run(world.store->transact(take));
    REQUIRE((*taken)->environment == second.id);
    const auto is_free = [&] {
        return world
            .query([&](Tx& tx) -> Result<std::optional<Instant>> {
                return jobs::next_look(tx, second.id);
            })
            .value()
            .has_value();
    };
    CHECK(!is_free());
    world.scheduler.run_for(minutes{2});
    CHECK(is_free());
    CHECK(std::ranges::any_of(world.operator_lines, [](const std::string& line) {
        return line.find("were not renewed") != std::string::npos;
    }));
}

TEST_CASE("what is new or newly pushed goes first, a redeploy later, cleanup last (K10)")
{
    TestWorld world;
    Bell unheard(world.scheduler);
    Commands commands(world.world(), unheard);  // No worker takes any of it.
    const auto priority = [&](const Result<Environment>& wished) {
        REQUIRE(wished.has_value());
        const auto work = [&](Tx& tx) -> Result<std::optional<jobs::Job>> {
            const auto job = jobs::claim(tx, "test", world.scheduler.now(), minutes{1});
            if (job && !jobs::finish(tx, *job)) return std::nullopt;
            return job;
        };
        return world.scheduler.run(world.store->transact(work)).value().value().priority;
    };
    const auto push = [&](char commit) {
        world.push_compose(commit, std::string(page));
        DeployRequest request = world.request();
        request.commit = std::string(40, commit);
        return world.scheduler.run(commands.deploy(world.admin(), request));
    };
    const auto made = push('a');
    CHECK(priority(made) == jobs::Priority::high);
    CHECK(priority(push('b')) == jobs::Priority::high);
    CHECK(priority(push('b')) == jobs::Priority::normal);
    const auto again = world.scheduler.run(commands.redeploy(world.admin(), made->id));
    CHECK(priority(again) == jobs::Priority::normal);
    const auto ended = world.scheduler.run(world.store->transact([&](Tx& tx) {
        const auto seen = environments::find(tx, made->id).value();
        return end_by_clock(
            tx, seen, "idle", moment(world.scheduler, world.random, world.engine_settings, {})
        );
    }));
    CHECK(priority(ended) == jobs::Priority::low);
}
