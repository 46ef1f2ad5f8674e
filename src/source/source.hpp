#pragma once

#include "base/concurrency.hpp"
#include "git/mirror.hpp"
#include "source/tree.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <variant>

namespace diorama {

/// What somebody wants of a repository.
struct DefaultBranch {};
struct PullRequestRef {
    std::uint64_t number = 0;
};
using Wanted = std::variant<DefaultBranch, git::RefName, PullRequestRef, git::ObjectId>;

/// For a person: "branch main", "pull request 7".
std::string describe(const Wanted& wanted);

using git::Tip;

/// Brings single commits of repositories to our disk: a bare mirror for each repository in
/// `folder`, named by the location's id, that holds only commits that were wanted.
///
/// A mirror is only a cache. One that is broken, or locked by a process that died, is thrown away
/// and made anew. One process owns `folder`. At most one fetch runs per mirror; others wait.
class Source {
public:
    Source(const git::Git& git, std::filesystem::path folder)
        : git_(git),
          folder_(std::move(folder))
    {}

    /// The commit that `wanted` is now. `not_found` when the repository has no such thing.
    Task<Result<Tip>> resolve(
        git::Remote remote, Wanted wanted, milliseconds time = minutes{2}, std::stop_token stop = {}
    );

    /// Brings `tip` here, without history; nothing travels when it is here already. A server that
    /// gives no commit by its id is asked for `tip.ref`, and `conflict` says that it moved on.
    /// `limits.time` includes the wait for the mirror.
    Task<Result<git::Commit>>
    fetch(git::Remote remote, Tip tip, git::Limits limits = {}, std::stop_token stop = {});

    /// What is in a commit that was fetched. It stays readable while the commit is kept, and until
    /// `stop` is asked.
    Task<Result<std::unique_ptr<Tree>>> tree(
        git::Location location,
        git::ObjectId commit,
        TreeLimits limits = {},
        std::stop_token stop = {}
    );

    /// Lets go of every commit of a repository but those `wanted` tells, which is asked while no
    /// fetch of it runs; of none left, the mirror goes. The room is freed now and then: an hour
    /// after the last time, or when the mirror has doubled; and a fetch that comes stops it.
    using Kept = std::function<Task<Result<std::vector<git::ObjectId>>>()>;
    Task<Result<>> keep_only(git::Location location, Kept wanted, std::stop_token stop = {});

private:
    /// What this process knows of a mirror.
    struct Care {
        explicit Care(Scheduler& scheduler) : gate(scheduler, 1) {}

        Semaphore gate;
        std::optional<Instant> compacted;  ///< When it was, or was tried; or when we came.
        std::uint64_t size = 0;            ///< Bytes it had then.
        std::stop_source compacting;
    };

    git::Mirror mirror(const git::Location& location) const;
    Care& care(const git::Location& location);
    Task<Result<>> compact_when_due(git::Mirror place, Care& care, std::stop_token stop);
    Task<Result<git::Commit>>
    bring(git::Remote remote, Tip tip, git::Limits limits, std::stop_token stop);
    Task<> drop(git::Mirror place);
    Task<Result<bool>> drop_if_broken(git::Mirror place, std::stop_token stop);

    const git::Git& git_;
    std::filesystem::path folder_;
    std::map<std::string, std::unique_ptr<Care>> cares_;  ///< By the location's id.
};

}  // namespace diorama
