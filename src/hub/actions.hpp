#pragma once

#include "base/concurrency.hpp"
#include "hub/bare.hpp"
#include "hub/hooks.hpp"
#include "hub/shapes.hpp"
#include "hub/state.hpp"

#include <string>

namespace diorama::hub {

struct NewRepository {
    std::string name;  ///< owner/name
    bool is_private = false;
    std::string default_branch = "main";
    std::map<std::string, std::string>
        files;  ///< Of a first commit; none: the repository is empty.
};

struct NewPull {
    std::string repository;  ///< owner/name of the base.
    std::string author;
    std::string title;
    std::string head;  ///< A branch, or "owner:branch" of a fork.
    std::string base;  ///< Empty: the default branch.
    std::string body;
    bool draft = false;
    std::vector<std::string> labels;
};

/// A pull request, and who does something to it.
struct At {
    std::string repository;  ///< owner/name
    Number number = 0;
    std::string by;  ///< Login; empty: its author.
};

/// What people do on a forge. Each changes the state and tells the hooks, as GitHub would.
///
/// Errors: `not_found`, `conflict` (closed already, a merge conflict), `invalid`.
class Actions {
public:
    Actions(Scheduler& scheduler, State& state, Bare& bare, Hooks& hooks, const Shapes& shapes)
        : scheduler_(scheduler),
          state_(state),
          bare_(bare),
          hooks_(hooks),
          shapes_(shapes),
          turn_(scheduler, 1)
    {}

    Task<Result<Number>> create(NewRepository wanted);
    /// A fork of `name` that belongs to `owner`, with all branches.
    Task<Result<Number>> make_fork(std::string name, std::string owner);
    /// Renames or transfers; the old name redirects until somebody takes it.
    Result<> rename(std::string_view name, std::string_view to, std::string_view by = {});
    Result<> remove(std::string_view name);
    /// "admin", "write", "read" or "none".
    Result<> permit(std::string_view name, std::string_view login, std::string permission);
    /// Its id. Sends the ping.
    Result<Number>
    hook(std::string_view name, std::string url, Secret secret, std::set<std::string> events);

    /// A push of one commit by `by`, without a git client; the commit.
    Task<Result<std::string>> push(std::string name, NewCommit commit, std::string by);
    Task<Result<>> remove_branch(std::string name, std::string branch, std::string by);
    /// Looks which branches of `id` moved on disk: somebody pushed.
    Task<Result<>> notice_push(Number id, std::string by);

    /// Its number.
    Task<Result<Number>> open(NewPull wanted);
    Result<> close(At at);
    Task<Result<>> reopen(At at);
    Task<Result<>> merge(At at);
    Result<> label(At at, std::string name);
    Result<> unlabel(At at, std::string name);
    Result<> set_draft(At at, bool draft);
    Result<> set_title(At at, std::string title);
    Task<Result<>> retarget(At at, std::string base);

    /// Its id.
    Result<Number> comment(At at, std::string body);
    Result<> edit_comment(Repository& repository, Number id, std::string body, std::string by);
    Result<> delete_comment(Repository& repository, Number id, std::string by);

private:
    struct Place {
        Repository& repository;
        Pull& pull;
        std::string by;
    };
    Result<Repository*> repository(std::string_view name);
    Result<Place> place(const At& at);
    void tell(const Place& place, std::string_view action, Node::Map more = {});
    void tell_comment(
        Repository& repository,
        const Comment& comment,
        std::string_view action,
        std::string_view by,
        Node::Map more = {}
    );
    void close(const Place& place);
    Task<Result<>> moved(Number id, std::string branch, std::string before, std::string by);
    /// Brings the head to refs/pull/N/head and counts what it changes.
    Task<Result<>> take_head(Repository& repository, Pull& pull);

    Scheduler& scheduler_;
    State& state_;
    Bare& bare_;
    Hooks& hooks_;
    const Shapes& shapes_;
    Semaphore turn_;  ///< One push is noticed at a time.
};

}  // namespace diorama::hub
