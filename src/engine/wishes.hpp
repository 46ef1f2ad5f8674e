#pragma once

#include "base/random.hpp"
#include "base/scheduler.hpp"
#include "engine/settings.hpp"
#include "forge/forge_api.hpp"
#include "model/environment.hpp"
#include "store/tx.hpp"

#include <span>
#include <string>

namespace diorama {

/// What somebody wants to see running.
struct DeployRequest {
    std::string repository;  ///< Canonical: the forge room's parser made it.
    std::string name;        ///< owner/name of the repository, for people and slugs.
    Kind kind = Kind::branch;
    std::string key;     ///< Pull request number, branch, commit or chosen name.
    std::string ref;     ///< For `named`: what to show; empty is the default branch.
    std::string commit;  ///< Exactly this one; empty: the newest of the ref.
    bool rebuild = false;
    bool untrusted = false;  ///< A stranger's commit that somebody approved.
};

/// Whether the request can be one at all; `invalid` with what to mend.
Result<> check(const DeployRequest& request);

/// The number, where it is about a pull request. `request` was checked.
std::optional<std::int64_t> pull_request_of(const DeployRequest& request);

/// When and by whom something is wished, and the ids it takes if something is made. Values, since a
/// transaction runs beside the loop.
struct Moment {
    Instant now{};
    Actor actor;
    TenantId tenant;
    ProjectId project;
    EnvironmentId environment;
    DeploymentId deployment;
    std::optional<PortPool> ports;  ///< Where its ports come from; none: it gets none.
};
Moment moment(Scheduler& scheduler, Random& random, const EngineSettings& settings, Actor actor);

/// The insides of commands: each writes a wish and all that follows from it in the transaction it
/// is given. Rights are the caller's to check; whoever calls rings the bell afterwards.
namespace wishes {

/// Only listed repositories are deployed, whoever asks (B09); what stands may still be taken down.
Result<> check_listed(const EngineSettings& settings, const std::string& repository);

/// The project of that repository, made when there is none.
Result<Project>
project_for(Tx& tx, const std::string& repository, const std::string& name, const Moment& moment);

/// Puts up or renews: a new generation. `conflict` while it is being taken down.
Result<Environment>
put_up(Tx& tx, const Project& project, const DeployRequest& request, const Moment& moment);

/// The same for what somebody asks for by its name: of a pull request that a forge knows, only what
/// `clearance` lets through.
Result<Environment> put_up_cleared(
    Tx& tx,
    std::span<ForgeApi* const> forges,
    const EngineSettings& settings,
    const Project& project,
    const DeployRequest& request,
    const Moment& moment
);

/// Builds and starts its ref anew, whether anything changed or not; of a pull request as above.
Result<Environment> redeploy(
    Tx& tx,
    std::span<ForgeApi* const> forges,
    const EngineSettings& settings,
    const Environment& seen,
    const Moment& moment
);

/// Records what would be put up if somebody approved it; nothing starts. An environment that runs
/// or ran on an approved commit stays as it is.
Result<Environment>
hold(Tx& tx, const Project& project, const DeployRequest& request, const Moment& moment);

/// Lets `commit`, or what begins with at least 7 digits of it, of a pull request run. `conflict`
/// when it is not the newest one the forge told of.
Result<Environment>
approve(Tx& tx, const Environment& seen, const std::string& commit, const Moment& moment);

/// A new generation of an environment that is there.
Result<Environment>
renew(Tx& tx, const Environment& seen, const Wish& change, const Moment& moment);

/// Puts what serves to sleep, on `rung` or deeper; what sleeps so deep already is left as it is.
/// `conflict` while nothing serves, or something newer is on its way up.
Result<Environment> rest(Tx& tx, const Environment& seen, Presence rung, const Moment& moment);

/// Wakes it; what is awake, or on its way up, is left as it is. `conflict` when it is going.
Result<Environment> wake(Tx& tx, const Environment& seen, const Moment& moment);

/// It may live for `by` longer than it could, or than now. `conflict` when it is going.
Result<Environment> extend(Tx& tx, const Environment& seen, milliseconds by, const Moment& moment);

/// Gone already is a success.
Result<Environment> take_down(Tx& tx, const Environment& seen, const Moment& moment);

}  // namespace wishes

}  // namespace diorama
