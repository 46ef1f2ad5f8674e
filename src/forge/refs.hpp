#pragma once

#include "forge/forge.hpp"

namespace diorama {

/// The branches among all references of a repository.
std::vector<BranchHead> branches_among(const std::vector<git::RemoteRef>& refs);

/// The pull requests among them, by number. A head that a branch stands at, too, is the
/// repository's own.
std::vector<PullRequestHead> pull_requests_among(const std::vector<git::RemoteRef>& refs);

}  // namespace diorama
