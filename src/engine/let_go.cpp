#include "engine/let_go.hpp"

#include "store/environments.hpp"

namespace diorama {

namespace {

Task<Result<std::vector<std::string>>> wanted_commits(World world, ProjectId project)
{
    const auto read = [=](Tx& tx) -> Result<std::vector<std::string>> {
        std::vector<std::string> commits;
        for (const Environment& environment : environments::all_live(tx)) {
            if (environment.identity.project != project) continue;
            for (const auto& commit : {environment.wanted.commit, environment.serving_commit}) {
                if (!commit.empty()) commits.push_back(commit);
            }
        }
        return commits;
    };
    co_return co_await world.store.read(read);
}

}  // namespace

Task<Result<>> let_go(World world, Project project, std::stop_token stop)
{
    const auto wanted = [=] { return wanted_commits(world, project.id); };
    co_return co_await world.commits.keep_only(project.repository, wanted, std::move(stop));
}

}  // namespace diorama
