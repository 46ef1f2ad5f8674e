#include "base/sha256.hpp"
#include "engine/telling.hpp"
#include "forge/comment.hpp"

namespace diorama {

namespace {

using Stand = ForgeDeployment::State;

std::string noted(const ForgeDeployment& told)
{
    const auto state = static_cast<int>(told.state);
    return sha256(fmt::format("{}\n{}\n{}", state, told.environment_url, told.description));
}

}  // namespace

Task<Result<>> Telling::deployment()
{
    feedback::Record& told = it_.told;
    if (!world_.settings.forges.deployments) co_return ok();
    if (is_gone()) co_return co_await end_deployments();
    const ForgeDeployment now = deployment_of(it_.scene);
    // Nothing of it is put up yet.
    if (now.state == Stand::queued || it_.scene.commit.empty()) co_return ok();
    if (told.deployment_commit != it_.scene.commit) {
        const auto begun = co_await begin_deployment();
        if (!begun) co_return begun.error();
    }
    if (told.deployment_hash == noted(now)) co_return ok();
    const auto said = co_await say_deployment(told.deployment, now);
    if (!said && said.error().code == Code::not_found) {
        // Somebody deleted it: the next round makes another.
        told.deployment_commit.clear();
        const auto kept = co_await keep();
        if (!kept) co_return kept.error();
    }
    if (!said) co_return said.error();
    if (now.state == Stand::success && told.deployment_live != told.deployment) {
        const auto retired = co_await retire_deployment(told.deployment_live);
        if (!retired) co_return retired.error();
        told.deployment_live = told.deployment;
    }
    told.deployment_hash = noted(now);
    co_return co_await keep();
}

/// A commit that was not told of before. What still serves stays active until this one does.
Task<Result<>> Telling::begin_deployment()
{
    feedback::Record& told = it_.told;
    if (told.deployment != told.deployment_live) {
        const auto retired = co_await retire_deployment(told.deployment);
        if (!retired) co_return retired.error();
    }
    const auto fenced = co_await fence();
    if (!fenced) co_return fenced.error();
    const auto made = co_await forge_.create_deployment(
        it_.repository, it_.scene.commit, fmt::format("preview/pr-{}", it_.number), stop_
    );
    if (!made) co_return made.error();
    told.deployment = *made;
    told.deployment_commit = it_.scene.commit;
    told.deployment_hash.clear();
    co_return co_await keep();
}

Task<Result<>> Telling::end_deployments()
{
    feedback::Record& told = it_.told;
    if (told.deployment.empty() && told.deployment_live.empty()) co_return ok();
    const auto ended = co_await retire_deployment(told.deployment);
    if (!ended) co_return ended.error();
    if (told.deployment_live != told.deployment) {
        const auto live = co_await retire_deployment(told.deployment_live);
        if (!live) co_return live.error();
    }
    told.deployment.clear();
    told.deployment_live.clear();
    told.deployment_commit.clear();
    told.deployment_hash.clear();
    co_return co_await keep();
}

Task<Result<>> Telling::say_deployment(std::string deployment, ForgeDeployment state)
{
    const auto fenced = co_await fence();
    if (!fenced) co_return fenced.error();
    co_return co_await forge_.set_deployment(it_.repository, deployment, state, stop_);
}

/// Nothing is shown under it any more. One that somebody deleted needs no end.
Task<Result<>> Telling::retire_deployment(std::string deployment)
{
    if (deployment.empty()) co_return ok();
    ForgeDeployment state{.state = Stand::inactive};
    state.description = "no longer shown";
    const auto said = co_await say_deployment(deployment, state);
    if (!said && said.error().code != Code::not_found) co_return said.error();
    co_return ok();
}

}  // namespace diorama
