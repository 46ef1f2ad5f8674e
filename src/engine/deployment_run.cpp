#include "engine/deployment_run.hpp"

#include "base/duration.hpp"
#include "engine/accident.hpp"
#include "engine/ledger.hpp"
#include "engine/leftovers.hpp"
#include "engine/let_go.hpp"
#include "engine/queue/ending.hpp"
#include "engine/retry.hpp"
#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/image_uses.hpp"
#include "store/instances.hpp"
#include "store/jobs.hpp"

namespace diorama {

namespace {

/// An error that means "somebody wants something else by now", not "this failed".
bool is_interruption(const Error& error)
{
    return error.code == Code::cancelled || error.code == Code::superseded;
}

}  // namespace

DeploymentRun::DeploymentRun(
    Workshop& shop,
    Environment environment,
    Project project,
    Deployment deployment,
    std::stop_token stop
)
    : shop_(shop),
      world_(shop.world),
      environment_(std::move(environment)),
      project_(std::move(project)),
      deployment_(std::move(deployment)),
      teller_(world_, environment_.id, deployment_.id),
      stop_(std::move(stop))
{}

Task<Result<>> DeploymentRun::run()
{
    const auto begun = co_await begin();
    if (!begun) co_return begun.error();
    if (!is_switched()) {
        auto up = co_await caught(put_up());
        // It is called when there is a place, and whoever works here is free until then.
        if (!up && waits_) co_return ok();
        if (!up) {
            if (stop_.stop_requested() || is_interruption(up.error()))
                co_return Error{Code::superseded, "a newer wish replaced this deployment"};
            co_return co_await fail(up.error());
        }
        const auto switched = co_await switch_over(*std::move(up));
        if (!switched) co_return switched.error();
    }
    const auto published = co_await shop_.publisher.publish(stop_);
    if (!published) co_return published.error();
    const auto done = co_await succeed();
    if (!done) co_return done.error();
    co_return co_await retire();
}

/// The one before us came as far as the switch, and could not say so.
bool DeploymentRun::is_switched() const
{
    return environment_.serving == environment_.wanted.generation;
}

Task<Result<>> DeploymentRun::begin()
{
    const auto now = world_.scheduler.now();
    const auto work = [environment = environment_, deployment = deployment_, now](Tx& tx
                      ) -> Result<Environment> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != environment.wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        if (deployment.status == DeploymentStatus::queued) {
            const auto started = deployments::start(tx, deployment.id, now);
            if (!started) return started.error();
        }
        if (seen->state != State::pending) return *seen;
        return environments::advance(
            tx, *seen, {.on = Event::claimed, .actor = worker_actor, .now = now, .cause = ""}
        );
    };
    auto begun = co_await world_.store.transact(work);
    if (!begun) co_return begun.error();
    environment_ = *std::move(begun);
    co_return ok();
}

Task<Result<std::vector<Instance>>> DeploymentRun::put_up()
{
    if (!deployment_.waits.empty()) {
        const auto admitted = co_await admit(deployment_.needs);
        if (!admitted) co_return admitted.error();
    }
    auto scene = co_await prepare();
    if (!scene) co_return scene.error();
    const auto place = co_await shop_.starts.acquire(stop_);
    if (!place) co_return Error{Code::superseded, "a newer wish came"};
    const milliseconds limit = world_.settings.deadlines.start;
    const Deadline starting(world_.scheduler, limit, stop_);
    Rollout rollout(
        shop_, teller_, environment_, deployment_.id, *std::move(scene), starting.token()
    );
    auto up = co_await caught(rollout.run());
    if (!up) co_await rollout.undo();
    if (!up && starting.expired())
        co_return Error{
            Code::timed_out,
            fmt::format("its services were not all up within {}", format_duration(limit)),
            "Raise deadlines.start in diorama.toml, or see in its log which of them takes long."
        };
    // What was being started is gone: somebody removed it, which is no fault of the commit's.
    if (!up && up.error().code == Code::not_found)
        co_return Error{Code::unavailable, up.error().message, up.error().mend};
    co_return up;
}

/// The one moment in which a generation takes over: only while it is still the wanted one
/// (DESIGN rule 3). The routes follow from what is written here.
Task<Result<>> DeploymentRun::switch_over(std::vector<Instance> instances)
{
    const auto now = world_.scheduler.now();
    const auto work = [id = environment_.id,
                       deployment = deployment_.id,
                       wanted = environment_.wanted,
                       claims = addresses_.claims,
                       instances,
                       sleep = plan_.sleep_after,
                       now](Tx& tx) -> Result<Environment> {
        const auto seen = environments::find(tx, id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        const auto attempt = deployments::find(tx, deployment);
        if (!attempt) return attempt.error();
        if (is_final(attempt->status)) return Error{Code::superseded, "it was cancelled"};
        const auto well = deployments::reach(tx, deployment, deployments::Milestone::well, now);
        if (!well) return well.error();
        instances::replace(tx, id, instances);
        environments::set_sleep(tx, id, sleep);
        const auto moved = move_addresses(tx, id, claims, now);
        if (!moved) return moved.error();
        return environments::serve(tx, id, wanted.generation, wanted.commit, now);
    };
    const auto switched = co_await world_.store.transact(work);
    if (!switched) co_return switched.error();
    co_return ok();
}

Task<Result<>> DeploymentRun::succeed()
{
    const auto now = world_.scheduler.now();
    const auto work = [environment = environment_,
                       deployment = deployment_.id,
                       generations = world_.settings.cleanup.generations,
                       now](Tx& tx) -> Result<> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != environment.wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        const auto finished = deployments::succeed(tx, deployment, now);
        if (!finished) return finished.error();
        image_uses::keep_only(tx, seen->id, {seen->serving, seen->wanted.generation, generations});
        const auto moved = environments::advance(
            tx, *seen, {.on = Event::healthy, .actor = worker_actor, .now = now, .cause = ""}
        );
        if (!moved) return moved.error();
        return ok();
    };
    const auto done = co_await world_.store.transact(work);
    if (!done) co_return done.error();
    const auto main = addresses_.shown.find(plan_.main);
    teller_.deploy(
        main == addresses_.shown.end() ? std::string("ready")
                                       : "ready: " + url(main->second, world_.settings.entrance)
    );
    co_return ok();
}

/// Removes what no longer serves, when the last visitor has left it: containers of older versions,
/// networks the manifest dropped. Volumes stay until the environment goes: they may hold work.
Task<Result<>> DeploymentRun::retire()
{
    const auto settled = co_await shop_.publisher.settled(stop_);
    if (!settled) co_return settled.error();
    Ledger ledger(world_);
    const auto entries = co_await ledger.of_environment(environment_.id);
    if (!entries) co_return entries.error();
    const auto read = [id = environment_.id](Tx& tx) { return instances::list(tx, id); };
    const auto serving = co_await world_.store.read(read);
    if (!serving) co_return serving.error();
    std::vector<Entry> old;
    for (const Entry& entry : *entries) {
        const bool container = entry.type == EntryType::container && !serves(*serving, entry);
        const bool network =
            entry.type == EntryType::network && networks_ && !networks_->contains(entry.name);
        if (container || network) old.push_back(entry);
    }
    // What cannot be removed now is owed and tried again: it does not make this deployment fail.
    const auto removed = co_await ledger.remove_all(std::move(old));
    if (!removed)
        teller_.deploy("not all of the old version is removed yet: " + removed.error().text());
    const auto tidied = co_await let_go(world_, project_, stop_);
    if (!tidied && !stop_.stop_requested())
        teller_.deploy("older commits are not let go of yet: " + tidied.error().text());
    co_return ok();
}

Task<Result<>> DeploymentRun::fail(Error cause)
{
    const auto now = world_.scheduler.now();
    const Error shown{cause.code, world_.logs.redact(environment_.id, cause.text())};
    const auto work = [environment = environment_,
                       deployment = deployment_.id,
                       generations = world_.settings.cleanup.generations,
                       shown,
                       now](Tx& tx) -> Result<Environment> {
        const auto seen = environments::find(tx, environment.id);
        if (!seen) return seen.error();
        if (seen->wanted.generation != environment.wanted.generation)
            return Error{Code::superseded, "a newer wish came"};
        // This one's stay: whoever tries again finds them.
        image_uses::keep_only(tx, seen->id, {seen->serving, seen->wanted.generation, generations});
        if (is_retryable(shown.code))
            jobs::enqueue(tx, seen->id, jobs::Priority::low, now + next_attempt_after(1));
        // It was to be renewed in its sleep: what served before wakes instead.
        if (is_asleep(seen->presence)) jobs::enqueue(tx, seen->id, jobs::Priority::high, now);
        return end_in_failure(tx, *seen, deployment, shown, worker_actor, now);
    };
    teller_.deploy("failed: " + cause.text());
    world_.log.warn(
        "a deployment failed",
        {
            {"environment", environment_.slug              },
            {"generation",  deployment_.generation         },
            {"commit",      environment_.wanted.commit     },
            {"code",        cause.code                     },
            {"why",         std::string_view(shown.message)}
    }
    );
    const auto moved = co_await world_.store.transact(work);
    if (!moved) co_return moved.error();
    if (moved->state == State::ready) teller_.deploy("the old version keeps serving");
    co_return co_await shop_.publisher.publish(stop_);
}

}  // namespace diorama
