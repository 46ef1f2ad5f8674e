#include "store/deployments.hpp"
#include "store/fixture.hpp"

using namespace diorama;

namespace {

struct Fixture : StoreFixture {
    EnvironmentId home = environment(project()).id;

    Deployment add(Generation generation)
    {
        const Deployment made{
            .id = make_id<DeploymentId>(),
            .environment = home,
            .generation = generation,
            .commit = "abc",
            .created_at = now()
        };
        CHECK(write([&](Tx& tx) { return deployments::insert(tx, made); }).has_value());
        return made;
    }
    Result<Deployment> find(DeploymentId id)
    {
        return read([=](Tx& tx) { return deployments::find(tx, id); });
    }
    Result<Deployment> start(DeploymentId id)
    {
        return write([=, this](Tx& tx) { return deployments::start(tx, id, scheduler.now()); });
    }
    Result<Deployment> finish(DeploymentId id, DeploymentStatus status, std::string cause = "")
    {
        return write([=, this](Tx& tx) {
            if (status == DeploymentStatus::success)
                return deployments::succeed(tx, id, scheduler.now());
            return deployments::fail(tx, id, {Code::refused, cause}, scheduler.now());
        });
    }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "A09 K03 each attempt has a record with its status, times and cause")
{
    const auto made = add(1);
    CHECK(*find(made.id) == made);
    scheduler.run_for(seconds{1});
    const auto started = start(made.id);
    CHECK(started->status == DeploymentStatus::in_progress);
    CHECK(started->started_at == now());
    scheduler.run_for(seconds{5});
    const auto failed = finish(made.id, DeploymentStatus::failed, "no such image");
    CHECK(failed->status == DeploymentStatus::failed);
    CHECK(failed->cause == "no such image");
    CHECK(*failed->completed_at - *failed->started_at == seconds{5});
    CHECK(*find(made.id) == *failed);
}

TEST_CASE_FIXTURE(Fixture, "B14 an attempt's time is split into its phases, as far as it came")
{
    using enum deployments::Milestone;
    const auto made = add(1);
    const auto reach = [&](deployments::Milestone milestone, int after) {
        scheduler.run_for(seconds{after});
        return write([&](Tx& tx) {
            return deployments::reach(tx, made.id, milestone, scheduler.now());
        });
    };
    scheduler.run_for(seconds{1});
    CHECK(start(made.id).has_value());
    CHECK(reach(fetched, 2).has_value());
    CHECK(reach(built, 30).has_value());
    CHECK(phases(*find(made.id)).empty());
    // The one who was at it died, and another begins anew.
    CHECK(reach(fetched, 4).has_value());
    const auto again = reach(built, 8);
    CHECK_FALSE(again->well_at);
    scheduler.run_for(seconds{16});
    const auto failed = finish(made.id, DeploymentStatus::failed, "it does not start");
    CHECK(
        phases(*failed) ==
        std::vector<Phase>{
            {"queue", seconds{1} },
            {"fetch", seconds{36}},
            {"build", seconds{8} },
            {"start", seconds{16}}
    }
    );
}

TEST_CASE_FIXTURE(
    Fixture, "B14 an attempt that served took a phase to switch, and names its main one"
)
{
    const auto made = add(2);
    CHECK(start(made.id).has_value());
    using enum deployments::Milestone;
    const auto choose = [&](Tx& tx) -> Result<> {
        deployments::choose_main(tx, made.id, "web is the main service.");
        return ok();
    };
    for (const auto milestone : {fetched, built, well}) {
        scheduler.run_for(seconds{1});
        const auto at = write([&](Tx& tx) {
            return deployments::reach(tx, made.id, milestone, scheduler.now());
        });
        CHECK(at.has_value());
    }
    CHECK(write(choose).has_value());
    scheduler.run_for(seconds{3});
    const auto done = finish(made.id, DeploymentStatus::success);
    CHECK(phases(*done).back() == Phase{"switch", seconds{3}});
    const auto found = read([&](Tx& tx) -> Result<std::optional<Deployment>> {
        return deployments::of_generation(tx, home, 2);
    });
    CHECK(found.value() == *done);
    CHECK(done->main_chosen == "web is the main service.");
    const auto none = read([&](Tx& tx) -> Result<std::optional<Deployment>> {
        return deployments::of_generation(tx, home, 1);
    });
    CHECK_FALSE(none.value());
}

TEST_CASE_FIXTURE(Fixture, "A09 an attempt ends once, and does not begin again")
{
    const auto made = add(1);
    CHECK(start(made.id).has_value());
    CHECK(start(made.id).error().code == Code::conflict);
    CHECK(finish(made.id, DeploymentStatus::success).has_value());
    const auto again = finish(made.id, DeploymentStatus::failed);
    CHECK(again.error().code == Code::conflict);
    CHECK(again.error().message.ends_with("it is success"));
    CHECK(start(make_id<DeploymentId>()).error().code == Code::not_found);
    CHECK(
        write([&](Tx& tx) { return deployments::insert(tx, made); }).error().code == Code::conflict
    );
}

TEST_CASE_FIXTURE(Fixture, "a newer generation supersedes what is not over, and nothing else")
{
    const auto done = add(1);
    CHECK(finish(done.id, DeploymentStatus::success).has_value());
    const auto running = add(2);
    CHECK(start(running.id).has_value());
    const auto queued = add(3);
    const auto newest = add(4);
    const auto superseded =
        write([&](Tx& tx) { return deployments::supersede(tx, home, 4, now()); });
    CHECK(*superseded == 2);
    CHECK(find(done.id)->status == DeploymentStatus::success);
    CHECK(find(running.id)->status == DeploymentStatus::superseded);
    CHECK(find(queued.id)->status == DeploymentStatus::superseded);
    CHECK_FALSE(find(queued.id)->cause.empty());
    CHECK(find(newest.id)->status == DeploymentStatus::queued);
}

TEST_CASE_FIXTURE(Fixture, "attempts are listed newest first, page by page")
{
    const auto nothing = read([&](Tx& tx) { return deployments::latest(tx, home); });
    CHECK(nothing.error().code == Code::not_found);
    for (Generation generation = 1; generation <= 5; ++generation)
        add(generation);
    CHECK(read([&](Tx& tx) { return deployments::latest(tx, home); })->generation == 5);
    std::vector<Generation> seen;
    std::string after;
    do {
        const auto page = read([&](Tx& tx) { return deployments::list(tx, home, after, 2); });
        for (const auto& each : page->items)
            seen.push_back(each.generation);
        after = page->next;
    } while (!after.empty());
    CHECK(seen == std::vector<Generation>{5, 4, 3, 2, 1});
    for (const auto* wrong : {"x", "1", "1.x", "' OR 1=1", "99999999999999999999."}) {
        const auto page = read([&](Tx& tx) { return deployments::list(tx, home, wrong, 2); });
        CHECK(page.error().code == Code::invalid);
    }
}
