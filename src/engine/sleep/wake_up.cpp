#include "base/concurrency.hpp"
#include "engine/accident.hpp"
#include "engine/retry.hpp"
#include "engine/rollout.hpp"
#include "engine/sleep/ladder.hpp"
#include "engine/sleep/revival.hpp"
#include "engine/sleep/rung.hpp"
#include "engine/teller.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/inventory.hpp"

#include <algorithm>

namespace diorama {

namespace {

/// What serves once it is awake.
struct Sleeper {
    Environment environment;
    std::vector<Instance> instances;
    std::vector<Entry> containers;  ///< Those that are to run: of jobs that are done, none.
    DeploymentId deployment;        ///< Which put it up, for the log.
    bool complete = true;           ///< Each instance has its container, as far as is remembered.
};

Result<Sleeper> read_sleeper(Tx& tx, const Environment& environment)
{
    Sleeper sleeper{.environment = environment, .instances = instances::list(tx, environment.id)};
    const auto entries = inventory::of_environment(tx, environment.id);
    for (const Instance& instance : sleeper.instances) {
        const auto entry = std::ranges::find(entries, instance.container, &Entry::id);
        if (entry == entries.end())
            sleeper.complete = false;
        else if (!is_done(instance))
            sleeper.containers.push_back(*entry);
    }
    const auto deployment = deployments::of_generation(tx, environment.id, environment.serving);
    if (deployment) sleeper.deployment = deployment->id;
    return sleeper;
}

/// The scene as it was started last: what it takes to start it again, and nothing of what it takes
/// to make it. Nothing when an older Diorama did not remember that.
std::optional<Scene> remembered_scene(const std::vector<Instance>& instances)
{
    Scene scene;
    for (const Instance& instance : instances) {
        auto revival = parse_revival(instance.revival);
        if (!revival) return std::nullopt;
        const auto known = std::ranges::find(scene.services, instance.service, &SceneService::name);
        if (known != scene.services.end()) {
            ++known->replicas;
            continue;
        }
        SceneService service{.name = instance.service, .key = instance.key};
        service.image.reference = instance.image;
        service.gate = revival->gate;
        service.job = revival->job;
        service.host = instance.host;
        service.main = instance.main;
        service.depends_on = std::move(revival->depends_on);
        scene.services.push_back(std::move(service));
    }
    return scene;
}

/// False when one of them does not run any more.
Task<Result<bool>> thaw_all(World world, std::vector<Entry> containers)
{
    std::vector<Task<Result<>>> thaws;
    thaws.reserve(containers.size());
    for (Entry& container : containers)
        thaws.push_back(world.driver.thaw(std::move(container)));
    const auto answers = co_await all(world.scheduler, std::move(thaws));
    bool whole = true;
    for (const auto& answer : answers) {
        if (answer) continue;
        if (is_retryable(answer.error().code)) co_return answer.error();
        whole = false;
    }
    co_return whole;
}

/// Starts what stands still, each when what it depends on is well, and waits for its gate.
Task<Result<bool>> start_all(Workshop& shop, Sleeper sleeper, std::stop_token stop)
{
    auto scene = remembered_scene(sleeper.instances);
    if (!scene) co_return false;
    // Nothing is built anew, whatever an update that failed was asked to do.
    sleeper.environment.wanted.rebuild = false;
    const Teller teller(shop.world, sleeper.environment.id, sleeper.deployment);
    Rollout rollout(shop, teller, sleeper.environment, sleeper.deployment, *std::move(scene), stop);
    const auto up = co_await caught(rollout.run());
    if (up) co_return true;
    if (stop.stop_requested() || is_retryable(up.error().code)) co_return up.error();
    teller.deploy("it does not wake as it is: " + up.error().text());
    co_return false;
}

/// From here on visitors are sent to it, unless it shall sleep on by now.
Result<Environment> record(Tx& tx, EnvironmentId id, Instant now)
{
    const auto seen = environments::find(tx, id);
    if (!seen) return seen.error();
    if (!shall_wake(*seen)) return Error{Code::superseded, "something else is wanted by now"};
    if (seen->state == State::ready) return environments::settle(tx, *seen, Presence::awake, now);
    return environments::advance(
        tx,
        *seen,
        {.on = Event::visited,
         .actor = worker_actor,
         .now = now,
         .cause = seen->cause,
         .presence = Presence::awake}
    );
}

}  // namespace

Task<Result<bool>> wake_up(Workshop& shop, Environment environment, std::stop_token stop)
{
    const World& world = shop.world;
    const Instant begun = world.scheduler.now();
    const auto read = [&](Tx& tx) { return read_sleeper(tx, environment); };
    const auto sleeper = co_await world.store.read(read);
    if (!sleeper) co_return sleeper.error();
    if (environment.presence == Presence::archived || !sleeper->complete) co_return false;
    Result<bool> up = false;
    if (environment.presence == Presence::frozen)
        up = co_await thaw_all(world, sleeper->containers);
    if (up && !*up) up = co_await start_all(shop, *sleeper, stop);
    if (!up || !*up) co_return up;

    const auto work = [id = environment.id, now = world.scheduler.now()](Tx& tx) {
        return record(tx, id, now);
    };
    const auto awake = co_await world.store.transact(work);
    if (!awake) co_return awake.error();
    const auto published = co_await shop.publisher.publish(stop);
    if (!published) co_return published.error();
    const Teller teller(world, environment.id, std::nullopt);
    const auto took = std::chrono::duration_cast<milliseconds>(world.scheduler.now() - begun);
    teller.deploy(fmt::format("awake from {} in {} ms", name(environment.presence), took.count()));
    co_return true;
}

}  // namespace diorama
