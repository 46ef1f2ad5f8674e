#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "git/git.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace diorama {

/// A branch and the commit it stands at.
struct BranchHead {
    git::RefName ref;
    git::ObjectId commit;

    friend bool operator==(const BranchHead&, const BranchHead&) = default;
};

/// A pull request the forge publishes a head of.
struct PullRequestHead {
    std::uint64_t number = 0;
    git::RefName ref;
    git::ObjectId commit;
    /// Whether its code comes from a branch of this repository, as far as this forge can tell.
    /// Without an API that is when a branch stands at the same commit: others are untrusted.
    bool same_repository = false;

    friend bool operator==(const PullRequestHead&, const PullRequestHead&) = default;
};

/// What a forge says about one repository, complete or not at all.
///
/// Unknown is not empty: a list is all there is, or the answer is an Error and nobody may conclude
/// that something is gone. Repeating a question changes nothing. What only some forges can do
/// (comments, statuses, permissions) are further doors that a forge may offer beside this one.
class Forge {
public:
    virtual ~Forge() = default;

    /// `not_found`: no such repository, or not for us; `unauthorized`; `unavailable`, `timed_out`:
    /// ask later.
    virtual Task<Result<std::vector<BranchHead>>>
    branches(git::Remote remote, std::stop_token stop) = 0;

    /// In the order of their numbers. A plain forge keeps the head of a closed pull request for
    /// ever: see `knows_closed`.
    virtual Task<Result<std::vector<PullRequestHead>>>
    pull_requests(git::Remote remote, std::stop_token stop) = 0;

    /// True when `pull_requests` lists open ones only, so that one missing is closed. When false,
    /// closed ones stand in the list too, and only a person or a deleted ref ends a preview.
    virtual bool knows_closed() const = 0;
};

}  // namespace diorama
