#include "engine/queue/ending.hpp"

#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/instances.hpp"
#include "store/jobs.hpp"

namespace diorama {

namespace {

/// What nobody took up yet cannot fail.
Result<Environment> claimed(Tx& tx, const Environment& seen, const Actor& actor, Instant now)
{
    if (seen.state != State::pending) return seen;
    return environments::advance(
        tx, seen, {.on = Event::claimed, .actor = actor, .now = now, .cause = ""}
    );
}

}  // namespace

Result<Environment> end_in_failure(
    Tx& tx,
    const Environment& seen,
    DeploymentId deployment,
    const Error& cause,
    const Actor& actor,
    Instant now
)
{
    const auto finished = deployments::fail(tx, deployment, cause, now);
    if (!finished) return finished.error();
    const auto begun = claimed(tx, seen, actor, now);
    if (!begun) return begun.error();
    const bool serves = !instances::list(tx, seen.id).empty();
    return environments::advance(
        tx,
        *begun,
        {.on = serves ? Event::kept : Event::broken,
         .actor = actor,
         .now = now,
         .cause = cause.message}
    );
}

Result<Environment> cancel(Tx& tx, DeploymentId id, const Actor& actor, Instant now)
{
    const auto deployment = deployments::find(tx, id);
    if (!deployment) return deployment.error();
    const auto seen = environments::find(tx, deployment->environment);
    if (!seen) return seen.error();
    if (is_final(deployment->status))
        return Error{
            Code::conflict,
            fmt::format("the deployment has ended already: {}", name(deployment->status))
        };
    if (seen->serving == deployment->generation)
        return Error{
            Code::conflict,
            fmt::format("{} serves it already", seen->slug),
            fmt::format("Take it down: diorama down {}", seen->slug)
        };
    const Error cause{Code::cancelled, "cancelled by " + actor.name};
    const auto ended = end_in_failure(tx, *seen, id, cause, actor, now);
    // What it left half made goes.
    if (ended) jobs::enqueue(tx, seen->id, jobs::Priority::normal, now);
    return ended;
}

}  // namespace diorama
