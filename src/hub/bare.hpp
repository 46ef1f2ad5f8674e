#pragma once

#include "base/error.hpp"
#include "base/scheduler.hpp"
#include "base/spawn.hpp"
#include "hub/state.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diorama::hub {

/// A commit to be made without a git client.
struct NewCommit {
    std::string branch;
    std::string message = "Change something";
    std::string author = "Ada Lovelace";
    /// Path to new content; none removes the path. Paths are plain: no quotes, no line breaks.
    std::map<std::string, std::optional<std::string>> files;
    std::string from;  ///< A branch or commit it follows when `branch` does not exist; empty: none.
};

/// What git knows of a commit.
struct CommitFacts {
    std::string sha;
    std::string tree;
    std::vector<std::string> parents;
    std::string author;
    std::string email;
    Instant at;
    std::string message;
};

/// One line of a pull request's files.
struct FileChange {
    std::string path;
    std::string previous;  ///< Of a rename.
    std::string status;    ///< "added", "modified", "removed", "renamed", "changed".
    std::string sha;       ///< Of the content; of the old one when it was removed.
    std::int64_t additions = 0;
    std::int64_t deletions = 0;
};

/// The repositories on disk, bare, one folder each, named by id so that a rename moves nothing.
///
/// Errors: `not_found` (no such commit or branch), `conflict` (a merge with conflicts), `invalid`.
class Bare {
public:
    Bare(Scheduler& scheduler, std::filesystem::path root)
        : scheduler_(scheduler),
          root_(std::move(root))
    {}

    const std::filesystem::path& root() const { return root_; }
    /// Relative to `root`.
    static std::string folder(Number id) { return std::to_string(id) + ".git"; }

    Task<Result<>> create(Number id, std::string branch) const;
    /// All branches of `from` as a new repository.
    Task<Result<>> copy(Number from, Number id, std::string branch) const;

    Task<Result<std::map<std::string, std::string>>> branches(Number id) const;
    Task<Result<CommitFacts>> commit(Number id, std::string revision) const;
    /// Commits of `head` that `base` lacks, newest first.
    Task<Result<std::vector<CommitFacts>>>
    commits(Number id, std::string base, std::string head) const;
    /// What `head` changes since it left `base`.
    Task<Result<std::vector<FileChange>>>
    changes(Number id, std::string base, std::string head) const;

    Task<Result<std::string>> write(Number id, NewCommit commit) const;
    /// Sets `ref` to `sha`, which is brought from `from` when it is not here.
    Task<Result<>> point(Number id, std::string ref, std::string sha, Number from) const;
    Task<Result<>> remove_branch(Number id, std::string branch) const;
    /// Merges `sha` into `branch` with a merge commit; its id.
    Task<Result<std::string>>
    merge(Number id, std::string branch, std::string sha, std::string message) const;

    /// git with `words` in the folder of `id`, reading nobody's configuration.
    Command command(Number id, std::vector<std::string> words) const;

private:
    Task<Result<std::string>>
    run(Number id, std::vector<std::string> words, std::string input = {}) const;

    Scheduler& scheduler_;
    std::filesystem::path root_;
};

}  // namespace diorama::hub
