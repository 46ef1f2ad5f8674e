#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

namespace diorama {

/// Ends a deployment of `seen` that did not succeed, and says what the environment is by now: what
/// took over before goes on serving; without that it has failed. `cause` holds no secrets.
Result<Environment> end_in_failure(
    Tx& tx,
    const Environment& seen,
    DeploymentId deployment,
    const Error& cause,
    const Actor& actor,
    Instant now
);

/// The same by somebody's word. `conflict` when it ended already, or has taken over.
Result<Environment> cancel(Tx& tx, DeploymentId deployment, const Actor& actor, Instant now);

}  // namespace diorama
