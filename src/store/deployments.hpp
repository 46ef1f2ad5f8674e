#pragma once

#include "model/environment.hpp"
#include "store/page.hpp"
#include "store/tx.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One row per attempt to put a generation up (A09, K03).
namespace diorama::deployments {

Result<> insert(Tx& tx, const Deployment& deployment);
Result<Deployment> find(Tx& tx, DeploymentId id);

/// queued → in_progress. `conflict` when it is anything else.
Result<Deployment> start(Tx& tx, DeploymentId id, Instant now);

/// Fills in the commit it turned out to be for; one that is known stays.
Result<Deployment> resolve(Tx& tx, DeploymentId id, std::string_view commit);

/// How far it came. An attempt that begins anew overwrites what the one before it reached.
enum class Milestone {
    fetched,  ///< The commit and its plan are here.
    built,    ///< So are all images.
    well,     ///< Its containers are well and took over.
};
Result<Deployment> reach(Tx& tx, DeploymentId id, Milestone milestone, Instant now);

/// Which service is the main one and why, for people.
void choose_main(Tx& tx, DeploymentId id, std::string_view sentence);

/// There is a place for what it needs.
Result<Deployment> admit(Tx& tx, DeploymentId id, const Needs& needs, Instant now);

/// There is none yet, and why.
Result<Deployment> wait(Tx& tx, DeploymentId id, const Needs& needs, std::string_view reason);

/// Ends it. `conflict` when it ended already. A failure's `cause` is written as it is: whoever
/// gives it has taken the secrets out.
Result<Deployment> succeed(Tx& tx, DeploymentId id, Instant now);
Result<Deployment> fail(Tx& tx, DeploymentId id, const Error& cause, Instant now);

/// Ends as superseded every attempt for a generation older than `newest`; answers how many.
std::int64_t supersede(Tx& tx, EnvironmentId environment, Generation newest, Instant now);

/// The attempt for a generation that is not over yet, or the last one: newest first.
Result<Deployment> latest(Tx& tx, EnvironmentId environment);

/// The last attempt for that generation; nothing when there was none.
std::optional<Deployment> of_generation(Tx& tx, EnvironmentId environment, Generation generation);

/// Forgets all attempts of a destroyed environment but the last.
std::int64_t compact(Tx& tx, EnvironmentId environment);

/// How long a deployment that succeeded took, from its start on.
struct Took {
    ProjectId project;
    milliseconds time{};
};
/// Of those that ended after `since`, the newest first.
std::vector<Took> recent(Tx& tx, Instant since, std::size_t limit);

/// Newest first. `after` is a page's `next`.
Result<Page<Deployment>>
list(Tx& tx, EnvironmentId environment, std::string_view after, std::size_t limit);

}  // namespace diorama::deployments
