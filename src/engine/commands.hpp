#pragma once

#include "engine/bell.hpp"
#include "engine/wishes.hpp"
#include "engine/world.hpp"
#include "model/caller.hpp"
#include "model/environment.hpp"

#include <string>

namespace diorama {

/// A deployment that was ended by somebody's word.
struct Cancelled {
    Deployment deployment;
    bool ended = false;  ///< Nothing of it is under way any more: no build, no start.
};

/// What people and programs can do (DESIGN rule 10). Each checks its right against the resource,
/// writes the wish in one transaction, and wakes a worker; the rest happens by itself. API,
/// command line and comment commands call these and nothing else.
class Commands {
public:
    Commands(World world, Bell& bell) : world_(world), bell_(bell) {}

    /// Puts up or renews the environment for the request's identity: a new generation. One that is
    /// being destroyed is a `conflict`; one that is gone comes back. `too_many` when a limit is
    /// reached and the policy is to refuse.
    Task<Result<Environment>> deploy(Caller caller, DeployRequest request);

    /// Builds and starts the environment's ref anew, whether anything changed or not.
    Task<Result<Environment>> redeploy(Caller caller, EnvironmentId environment);

    /// Lets `commit` (at least 7 digits of it) of a stranger's pull request run. `conflict` when it
    /// is not the newest one the forge has: a later push needs an approval of its own.
    Task<Result<Environment>> approve(Caller caller, EnvironmentId environment, std::string commit);

    /// Ends a deployment that is under way or waits; what took over before goes on serving. Answers
    /// when it has really ended. `conflict` when it is over already.
    Task<Result<Cancelled>> cancel(Caller caller, DeploymentId deployment);

    /// Takes it down and forgets its volumes. Asked twice, it is taken down once.
    Task<Result<Environment>> destroy(Caller caller, EnvironmentId environment);

    /// Puts what serves to sleep, on `rung` or deeper. Pinned or not: somebody says so.
    Task<Result<Environment>> sleep(Caller caller, EnvironmentId environment, Presence rung);

    /// Wakes it; what is awake stays as it is.
    Task<Result<Environment>> wake(Caller caller, EnvironmentId environment);

    /// From now on neither idleness nor age puts it to sleep or takes it down; or so again.
    Task<Result<Environment>> pin(Caller caller, EnvironmentId environment, bool pinned);

    /// It may live for `by` longer than it could, or than now.
    Task<Result<Environment>> extend(Caller caller, EnvironmentId environment, milliseconds by);

private:
    using Work = std::function<Result<Environment>(Tx&)>;
    using Change = std::function<Result<Environment>(Tx&, const Environment&, const Moment&)>;
    /// A wish about one that is there. A worker is disturbed only by what is his to do.
    Task<Result<Environment>>
    operate(Caller caller, EnvironmentId environment, std::string doing, Change change);
    Task<Result<Environment>> run(Work work);
    Moment now(const Caller& caller);

    World world_;
    Bell& bell_;
};

}  // namespace diorama
