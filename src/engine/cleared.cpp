#include "engine/clearance.hpp"
#include "engine/forges.hpp"
#include "engine/queue/doorman.hpp"
#include "engine/wishes.hpp"
#include "store/environments.hpp"
#include "store/projects.hpp"

/// Wishes that ask what the forge said before they are written: nothing of a stranger's starts
/// unless somebody approved it.
namespace diorama::wishes {

Result<Environment> put_up_cleared(
    Tx& tx,
    std::span<ForgeApi* const> forges,
    const EngineSettings& settings,
    const Project& project,
    const DeployRequest& request,
    const Moment& moment
)
{
    const auto listed = check_listed(settings, project.repository);
    if (!listed) return listed.error();
    DeployRequest cleared = request;
    // Plain git knows no strangers, and no pull requests but their refs.
    const auto number = pull_request_of(request);
    if (number && knows(forges, project)) {
        const auto may = clearance(tx, project, *number, request.commit);
        if (!may) return may.error();
        cleared.commit = may->commit;
        cleared.untrusted = may->untrusted;
    }
    const Identity identity{project.id, request.kind, request.key};
    const auto there = environments::find(tx, moment.tenant, identity);
    const auto place = may_come(tx, settings.limits, there ? std::optional(*there) : std::nullopt);
    if (!place) return place.error();
    return put_up(tx, project, cleared, moment);
}

Result<Environment> redeploy(
    Tx& tx,
    std::span<ForgeApi* const> forges,
    const EngineSettings& settings,
    const Environment& seen,
    const Moment& moment
)
{
    const auto project = projects::find(tx, seen.identity.project);
    if (!project) return project.error();
    const auto listed = check_listed(settings, project->repository);
    if (!listed) return listed.error();
    Wish change = seen.wanted;
    change.presence = Presence::awake;
    change.rebuild = true;
    if (!seen.pull_request || !knows(forges, *project)) {
        if (!change.ref.empty()) change.commit.clear();
    } else {
        const auto may = clearance(tx, *project, *seen.pull_request, change.commit);
        if (!may) return may.error();
        change.commit = may->commit;
        change.untrusted = may->untrusted;
    }
    return renew(tx, seen, change, moment);
}

}  // namespace diorama::wishes
