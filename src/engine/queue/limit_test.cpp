#include "engine/feedback_world.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::string_view page = "services:\n  web:\n    image: web:1\n    ports: ['8080']\n";

/// A house with room for two environments.
struct Street : TestWorld {
    Street() { engine_settings.limits.environments = 2; }

    Result<Environment> ask(const std::string& branch, std::string_view manifest = page)
    {
        start();
        commits.push(
            std::string(repository),
            "refs/heads/" + branch,
            std::string(40, 'a'),
            {
                {"compose.yaml", std::string(manifest)}
        }
        );
        DeployRequest wanted = request();
        wanted.key = branch;
        const auto asked = scheduler.run(engine().commands().deploy(admin(), wanted));
        scheduler.run_for(seconds{20});
        return asked;
    }
    Environment put_up(const std::string& branch, std::string_view manifest = page)
    {
        return find(ask(branch, manifest).value().id);
    }
    std::string waits(EnvironmentId id) { return latest(id).waits; }
    std::size_t awake() { return count(EntryType::container); }
};

}  // namespace

TEST_CASE_FIXTURE(
    Street, "queue: the third waits, says for what, and comes up when a place is free (H06)"
)
{
    engine_settings.limits.at_limit = AtLimit::queue;
    const auto first = put_up("one");
    CHECK(put_up("two").state == State::ready);
    const auto third = put_up("three");
    CHECK(third.state == State::provisioning);
    CHECK(waits(third.id) == "2 of 2 environments are awake");
    CHECK(lines.contains("waits for a place: 2 of 2 environments are awake"));
    scheduler.run_for(hours{1});
    CHECK(find(third.id).state == State::provisioning);
    CHECK(awake() == 2);
    destroy(first.id);
    scheduler.run_for(seconds{20});
    CHECK(find(third.id).state == State::ready);
    CHECK(waits(third.id).empty());
}

TEST_CASE_FIXTURE(
    Street, "who waits comes first when a place is free, and holds no worker meanwhile (K10)"
)
{
    engine_settings.limits.at_limit = AtLimit::queue;
    engine_settings.workers = 1;
    const auto first = put_up("one");
    const auto second = put_up("two");
    const auto third = put_up("three");
    const auto fourth = put_up("four");
    CHECK(redeploy(second.id).wanted.generation == 2);
    CHECK(settle(second.id).serving == 2);
    destroy(first.id);
    scheduler.run_for(seconds{20});
    CHECK(find(third.id).state == State::ready);
    CHECK(find(fourth.id).state == State::provisioning);
}

TEST_CASE_FIXTURE(Street, "who waits for a place waits on after a restart")
{
    engine_settings.limits.at_limit = AtLimit::queue;
    const auto first = put_up("one");
    put_up("two");
    const auto third = put_up("three");
    stop();
    start();
    scheduler.run_for(minutes{2});
    CHECK(find(third.id).state == State::provisioning);
    destroy(first.id);
    scheduler.run_for(minutes{2});
    CHECK(find(third.id).state == State::ready);
}

TEST_CASE_FIXTURE(Street, "who waits for too long has failed, and the setting is named")
{
    engine_settings.limits.at_limit = AtLimit::queue;
    engine_settings.deadlines.queue = minutes{30};
    put_up("one");
    put_up("two");
    const auto third = put_up("three");
    scheduler.run_for(hours{1});
    const auto failed = find(third.id);
    CHECK(failed.state == State::failed);
    CHECK(failed.cause.find("no place became free for it within 30m") != std::string::npos);
    CHECK(failed.cause.find("deadlines.queue") != std::string::npos);
}

TEST_CASE_FIXTURE(
    Street, "refuse: the third is not put up, and what is there is renewed as ever (H06)"
)
{
    engine_settings.limits.at_limit = AtLimit::refuse;
    const auto first = put_up("one");
    put_up("two");
    const auto refused = ask("three");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Code::too_many);
    CHECK(refused.error().message == "2 of 2 environments are awake");
    redeploy(first.id);
    CHECK(settle(first.id).serving == 2);
}

TEST_CASE_FIXTURE(
    Street, "destroy-oldest: the one that was not used for the longest time goes (H05)"
)
{
    engine_settings.limits.at_limit = AtLimit::destroy_oldest;
    const auto first = put_up("one");
    const auto second = put_up("two");
    const auto third = put_up("three");
    scheduler.run_for(minutes{1});
    CHECK(find(third.id).state == State::ready);
    CHECK(find(first.id).state == State::destroyed);
    CHECK(find(second.id).state == State::ready);
    CHECK(awake() == 2);
}

TEST_CASE_FIXTURE(
    Street, "what asks for more than all may have is refused before it is built (O01)"
)
{
    engine_settings.limits = {.most = {.memory = 256ULL << 20U}};
    const auto big = put_up(
        "big", "services:\n  web:\n    image: web:1\n    ports: ['8080']\n    mem_limit: 512m\n"
    );
    CHECK(big.state == State::failed);
    INFO(big.cause);
    CHECK(big.cause.find("it asks for 512 MiB of memory") != std::string::npos);
    CHECK(big.cause.find("limits.total_memory") != std::string::npos);
    CHECK(awake() == 0);
}

TEST_CASE("a pull request that waits for a place is told so, and in which place it stands (H06)")
{
    FeedbackWorld world;
    world.engine_settings.limits = {.environments = 1, .at_limit = AtLimit::queue};
    world.pull(6, 'a');
    world.tell_and_settle(world.arrival(6, "opened"));
    REQUIRE(world.preview(6)->state == State::ready);
    world.pull(7, 'b');
    world.tell_and_settle(world.arrival(7, "opened"));
    world.settle();
    const auto comment = [&] {
        const auto& all = world.shop().comments;
        const auto found = std::ranges::find(all, 7, &FakeForgeApi::Comment::number);
        return found == all.end() ? std::string() : found->text;
    };
    CHECK(comment().contains("waits for a place, next in the queue: 1 of 1 environments are awake")
    );
    CHECK(world.status('b').description.ends_with("waits for a place."));
    world.close(6);
    world.tell_and_settle(world.arrival(6, "closed"));
    world.settle();
    CHECK(comment().contains("Preview ready"));
}

TEST_CASE("what made room for another stays down until somebody wants it again (H05)")
{
    FeedbackWorld world;
    world.engine_settings.limits = {.environments = 1, .at_limit = AtLimit::destroy_oldest};
    world.pull(7, 'a');
    world.tell_and_settle(world.arrival(7, "opened"));
    world.pull(8, 'b');
    world.tell_and_settle(world.arrival(8, "opened"));
    world.settle();
    REQUIRE(world.preview(8)->state == State::ready);
    REQUIRE(world.preview(7)->state == State::destroyed);
    CHECK(world.has("unused for the longest time when another needed its place"));
    world.tell_and_settle(world.arrival(7, "edited"));
    world.scheduler.run_for(hours{1});
    CHECK(world.preview(7)->state == State::destroyed);
    CHECK(world.preview(8)->state == State::ready);
}
