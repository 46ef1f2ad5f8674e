#include "store/deployments.hpp"
#include "store/fixture.hpp"
#include "store/occupants.hpp"

using namespace diorama;

namespace {

struct Fixture : StoreFixture {
    Project shop = project("shop");

    /// An environment whose deployment waits for a place.
    EnvironmentId wait(std::int64_t number, bool untrusted)
    {
        Environment made = fresh(shop, number);
        made.wanted.untrusted = untrusted;
        const auto work = [&](Tx& tx) -> Result<Deployment> {
            const auto stored = environments::insert(tx, made);
            if (!stored) return stored.error();
            const Deployment attempt{
                .id = make_id<DeploymentId>(),
                .environment = made.id,
                .generation = 1,
                .created_at = now()
            };
            const auto queued = deployments::insert(tx, attempt);
            if (!queued) return queued.error();
            const auto started = deployments::start(tx, attempt.id, now());
            if (!started) return started.error();
            return deployments::wait(tx, attempt.id, {}, "2 of 2 environments are awake");
        };
        CHECK(write(work).has_value());
        scheduler.run_for(seconds{1});
        return made.id;
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    Fixture, "for a place ours stand before strangers', and then who came first (H06)"
)
{
    const auto stranger = wait(1, true);
    const auto first = wait(2, false);
    const auto second = wait(3, false);
    std::vector<EnvironmentId> order;
    for (const auto& each :
         *read([](Tx& tx) -> Result<std::vector<Waiter>> { return waiters(tx); }))
        order.push_back(each.environment.id);
    CHECK(order == std::vector{first, second, stranger});
}
