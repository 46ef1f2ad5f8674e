#pragma once

#include "source/commits.hpp"
#include "source/source.hpp"

#include <functional>

namespace diorama {

/// `Commits` by git: each repository through its mirror in `Source`.
class GitCommits final : public Commits {
public:
    /// `access` tells how to log in to a location; `allowed` which kinds of location there may be.
    using AccessFor = std::function<git::Access(const git::Location&)>;
    GitCommits(Source& source, git::AllowedLocations allowed, AccessFor access)
        : source_(source),
          allowed_(allowed),
          access_(std::move(access))
    {}

    Task<Result<Head>>
    resolve(std::string repository, std::string ref, std::stop_token stop) override;
    Task<Result<CommitFacts>>
    fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop) override;
    Task<Result<>> keep_only(std::string repository, Kept wanted, std::stop_token stop) override;
    Task<Result<std::unique_ptr<Files>>>
    files(std::string repository, std::string commit, std::stop_token stop) override;

private:
    Result<git::Remote> remote(const std::string& repository) const;

    Source& source_;
    git::AllowedLocations allowed_;
    AccessFor access_;
};

}  // namespace diorama
