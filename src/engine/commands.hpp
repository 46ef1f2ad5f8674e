#pragma once

#include "engine/bell.hpp"
#include "engine/world.hpp"
#include "model/caller.hpp"
#include "model/environment.hpp"

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
};

/// What people and programs can do (DESIGN rule 10). Each checks its right against the resource,
/// writes the wish in one transaction, and wakes a worker; the rest happens by itself. API,
/// command line and comment commands call these and nothing else.
class Commands {
public:
    Commands(World world, Bell& bell) : world_(world), bell_(bell) {}

    /// Puts up or renews the environment for the request's identity: a new generation. One that is
    /// being destroyed is a `conflict`; one that is gone comes back.
    Task<Result<Environment>> deploy(Caller caller, DeployRequest request);

    /// Builds and starts the environment's ref anew, whether anything changed or not.
    Task<Result<Environment>> redeploy(Caller caller, EnvironmentId environment);

    /// Takes it down and forgets its volumes. Asked twice, it is taken down once.
    Task<Result<Environment>> destroy(Caller caller, EnvironmentId environment);

private:
    World world_;
    Bell& bell_;
};

}  // namespace diorama
