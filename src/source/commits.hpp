#pragma once

#include "base/clock.hpp"
#include "model/files.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace diorama {

/// A commit, and the full name of the ref it was found under (empty when it was asked for itself).
struct Head {
    std::string commit;
    std::string ref;

    friend bool operator==(const Head&, const Head&) = default;
};

/// What a commit says of itself, for people. Strangers wrote it: show it through `display`.
struct CommitFacts {
    std::string subject;
    std::string author;
    Instant time{};
};

/// The engine's door to repositories: which commit a ref is, and what is in a commit. `Source`
/// keeps the promise with git, `FakeCommits` in memory.
///
/// `repository` is canonical (`Project::repository`). Unknown is not empty: `not_found` says that
/// the repository answered and has no such thing; `unavailable` and `timed_out` that it did not.
class Commits {
public:
    virtual ~Commits() = default;

    /// The commit `ref` is now; an empty `ref` is the default branch.
    virtual Task<Result<Head>>
    resolve(std::string repository, std::string ref, std::stop_token stop) = 0;

    /// Brings exactly `head` here. Doing it twice moves nothing the second time.
    virtual Task<Result<CommitFacts>>
    fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop) = 0;

    /// Lets go of every commit but those `wanted` tells; of none left, the whole repository. It is
    /// asked while no fetch of the repository runs: a commit that was wanted before it was fetched
    /// is not lost.
    using Kept = std::function<Task<Result<std::vector<std::string>>>()>;
    virtual Task<Result<>> keep_only(std::string repository, Kept wanted, std::stop_token stop) = 0;

    /// The files of a commit that was fetched, readable until `stop` is asked.
    virtual Task<Result<std::unique_ptr<Files>>>
    files(std::string repository, std::string commit, std::stop_token stop) = 0;
};

}  // namespace diorama
