#include "forge/fake.hpp"

#include "forge/refs.hpp"

namespace diorama {

Result<std::vector<git::RemoteRef>>
FakeForge::refs(const git::Location& location, const std::stop_token& stop) const
{
    if (stop.stop_requested()) return Error{Code::cancelled, "asking the forge was stopped", ""};
    if (fault) return *fault;
    const auto found = repositories_.find(location.id());
    if (found == repositories_.end()) {
        return Error{
            Code::not_found,
            "the forge knows no " + location.text(),
            "Check the address and who may read it."
        };
    }
    std::vector<git::RemoteRef> refs;
    for (const auto& [name, commit] : found->second)
        refs.push_back({name, commit});
    return refs;
}

Task<Result<std::vector<BranchHead>>> FakeForge::branches(git::Remote remote, std::stop_token stop)
{
    const auto all = refs(remote.location, stop);
    if (!all) co_return all.error();
    co_return branches_among(*all);
}

Task<Result<std::vector<PullRequestHead>>>
FakeForge::pull_requests(git::Remote remote, std::stop_token stop)
{
    const auto all = refs(remote.location, stop);
    if (!all) co_return all.error();
    co_return pull_requests_among(*all);
}

}  // namespace diorama
