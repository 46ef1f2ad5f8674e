#pragma once

#include "base/described.hpp"
#include "model/pull_request.hpp"

#include <optional>
#include <string>
#include <vector>

/// The parts of GitHub's JSON that we read, the same in webhooks and in REST answers. Its names
/// are GitHub's; unknown fields are passed over, and null is what GitHub writes for "none".
namespace diorama::github::wire {

struct User {
    std::int64_t id = 0;
    std::string login;
    std::string type;  ///< "User"; "Bot" is a program.
    static constexpr auto required = {"id", "login"};
};
BOOST_DESCRIBE_STRUCT(User, (), (id, login, type))

struct Repository {
    std::int64_t id = 0;
    std::string full_name;
    static constexpr auto required = {"id", "full_name"};
};
BOOST_DESCRIBE_STRUCT(Repository, (), (id, full_name))

/// One end of a pull request. `repo` is null when the fork was deleted.
struct End {
    std::string ref;
    std::string sha;
    std::optional<Repository> repo;
    static constexpr auto required = {"ref", "sha"};
};
BOOST_DESCRIBE_STRUCT(End, (), (ref, sha, repo))

struct Label {
    std::string name;
    static constexpr auto required = {"name"};
};
BOOST_DESCRIBE_STRUCT(Label, (), (name))

struct PullRequest {
    std::int64_t number = 0;
    std::string title;
    std::optional<User> user;  ///< Null when the account was deleted.
    End head;
    End base;
    std::string state;
    std::optional<std::string> merged_at;
    std::optional<bool> draft;
    std::vector<Label> labels;
    std::optional<Instant> updated_at;
    static constexpr auto required = {"number", "title", "head", "base", "state"};
};
BOOST_DESCRIBE_STRUCT(
    PullRequest, (), (number, title, user, head, base, state, merged_at, draft, labels, updated_at)
)

}  // namespace diorama::github::wire

namespace diorama::github {

/// `invalid` when the number, a commit or the state is none.
Result<PullRequest> pull_request_of(const wire::PullRequest& wire);
/// `invalid` when it is not called owner/name in GitHub's letters: the name goes into addresses.
Result<ForgeRepository> repository_of(const wire::Repository& wire);

bool is_repository_name(std::string_view text);  ///< owner/name
bool is_commit(std::string_view text);           ///< 40 or 64 lower-case hex digits.

}  // namespace diorama::github
