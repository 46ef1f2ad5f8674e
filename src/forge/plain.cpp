#include "forge/plain.hpp"

#include "forge/refs.hpp"

namespace diorama {

Task<Result<std::vector<BranchHead>>> PlainForge::branches(git::Remote remote, std::stop_token stop)
{
    const auto refs = co_await git_.list_remote(std::move(remote), {}, time_, std::move(stop));
    if (!refs) co_return refs.error();
    co_return branches_among(*refs);
}

Task<Result<std::vector<PullRequestHead>>>
PlainForge::pull_requests(git::Remote remote, std::stop_token stop)
{
    const auto refs = co_await git_.list_remote(std::move(remote), {}, time_, std::move(stop));
    if (!refs) co_return refs.error();
    co_return pull_requests_among(*refs);
}

}  // namespace diorama
