#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What the hub knows: plain values, read and changed on the loop's one thread.
namespace diorama::hub {

using Number = std::int64_t;

struct User {
    Number id = 0;
    std::string login;
    Instant created;
};

/// Somebody's key to the API.
struct Token {
    std::string login;
    /// Permissions it was not given: "statuses", "deployments", "issues", "pull_requests",
    /// "contents". Asking for what needs one is answered with 403 and the missing permission.
    std::set<std::string> lacks;
};

/// A branch of a repository at one commit.
struct Side {
    Number repository = 0;  ///< 0 once that repository was deleted.
    std::string owner;
    std::string ref;
    std::string sha;
};

struct Pull {
    Number id = 0;
    Number number = 0;
    std::string author;
    std::string title;
    std::string body;
    bool open = true;
    bool draft = false;
    std::vector<std::string> labels;
    Side head;
    Side base;
    Instant created;
    Instant updated;
    std::optional<Instant> closed;
    std::optional<Instant> merged;
    std::string merged_by;
    std::string merge_commit;
    // Counted when its head moves.
    Number commits = 0;
    Number additions = 0;
    Number deletions = 0;
    Number changed_files = 0;
};

struct Comment {
    Number id = 0;
    Number pull = 0;
    std::string author;
    std::string body;
    Instant created;
    Instant updated;
};

struct Status {
    Number id = 0;
    std::string sha;
    std::string creator;
    std::string state;
    std::string context;
    std::string description;
    std::string target_url;
    Instant created;
};

struct DeploymentStatus {
    Number id = 0;
    std::string creator;
    std::string state;
    std::string description;
    std::string environment_url;
    std::string log_url;
    Instant created;
};

struct Deployment {
    Number id = 0;
    std::string creator;
    std::string sha;
    std::string ref;
    std::string task;
    std::string environment;
    std::string description;
    bool transient = false;
    bool production = false;
    Instant created;
    std::vector<DeploymentStatus> statuses;  ///< Oldest first.

    std::string state() const { return statuses.empty() ? "pending" : statuses.back().state; }
};

/// Where a repository tells what happens in it.
struct Hook {
    Number id = 0;
    std::string url;
    Secret secret;
    std::set<std::string> events;  ///< Empty: every event.
};

struct Repository {
    Number id = 0;
    std::string owner;
    std::string name;
    bool is_private = false;
    bool deleted = false;
    std::string default_branch = "main";
    Number parent = 0;  ///< Of a fork.
    Instant created;
    Instant pushed;
    Number last_number = 0;                          ///< Of pull requests.
    std::map<std::string, std::string> permissions;  ///< By login in lower case: "write".
    std::map<std::string, std::string> branches;     ///< Name to commit, as last seen on disk.
    std::map<Number, Pull> pulls;
    std::map<Number, Comment> comments;
    std::vector<Status> statuses;  ///< Oldest first.
    std::map<Number, Deployment> deployments;
    std::vector<Hook> hooks;

    std::string full_name() const { return owner + "/" + name; }
};

struct State {
    Number last_id = 1000;
    std::map<std::string, User> users;  ///< By login in lower case.
    std::map<std::string, Token> tokens;
    std::map<Number, Repository> repositories;
    std::map<std::string, Number> moved;  ///< Former names in lower case; a new owner takes over.

    Number next_id() { return ++last_id; }
    /// The user of that login, made when nobody has it.
    const User& user(std::string_view login, Instant now);
    /// A repository by its present name; null when there is none, also after a rename.
    Repository* find(std::string_view owner, std::string_view name);
    Repository* find(Number id);
    /// "admin", "write", "read" or "none", as GitHub's permission endpoint answers.
    std::string_view permission(const Repository& repository, std::string_view login) const;
};

/// Whether somebody with `permission` may push.
constexpr bool may_write(std::string_view permission)
{
    return permission == "admin" || permission == "write";
}

}  // namespace diorama::hub
