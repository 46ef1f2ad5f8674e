#include "forge/refs.hpp"

#include <algorithm>
#include <set>

namespace diorama {

std::vector<BranchHead> branches_among(const std::vector<git::RemoteRef>& refs)
{
    std::vector<BranchHead> heads;
    for (const git::RemoteRef& ref : refs) {
        if (ref.name.is_branch()) heads.push_back({ref.name, ref.id});
    }
    return heads;
}

std::vector<PullRequestHead> pull_requests_among(const std::vector<git::RemoteRef>& refs)
{
    std::set<git::ObjectId> own;
    for (const BranchHead& head : branches_among(refs))
        own.insert(head.commit);
    std::vector<PullRequestHead> heads;
    for (const git::RemoteRef& ref : refs) {
        const auto number = git::pull_request_of(ref.name);
        if (number == 0) continue;
        heads.push_back(
            {.number = number,
             .ref = ref.name,
             .commit = ref.id,
             .same_repository = own.contains(ref.id)}
        );
    }
    std::ranges::sort(heads, {}, [](const auto& head) { return std::pair(head.number, head.ref); });
    return heads;
}

}  // namespace diorama
