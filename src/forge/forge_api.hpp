#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "model/pull_request.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace diorama {

/// All open pull requests of a repository at one moment.
struct OpenPullRequests {
    std::vector<PullRequest> list;
    /// To give to the next question. When the forge says that nothing changed since, `unchanged` is
    /// true and `list` empty: the one before still holds.
    std::string validator;
    bool unchanged = false;
};

/// A commit status in the forge's four words.
struct CommitStatus {
    enum class State { pending, success, failure, error };

    State state = State::pending;
    std::string context;      ///< "diorama/preview"
    std::string description;  ///< One line; cut to what the forge takes.
    std::string target_url;   ///< Empty: none.

    friend bool operator==(const CommitStatus&, const CommitStatus&) = default;
};

/// How a deployment shown on the forge stands.
struct ForgeDeployment {
    enum class State { queued, in_progress, success, failure, inactive };

    State state = State::queued;
    std::string environment_url;  ///< Empty until there is one.
    std::string log_url;
    std::string description;

    friend bool operator==(const ForgeDeployment&, const ForgeDeployment&) = default;
};

/// The API of a forge: facts about pull requests, and what we tell there. `GitHub` keeps the
/// promise over HTTP, `FakeForgeApi` in memory; forge_api_contract_test.cpp holds them to it.
///
/// Repositories are addressed by their id where the forge can; a rename changes nothing. Answers
/// are complete or an Error: unknown is not empty. `not_found`: the forge says there is no such
/// thing, or not for us; `unauthorized`, `forbidden`: what permission is missing stands in `mend`;
/// `too_many`: its rate limit, with the time to wait in `rate_limited_until`; `unavailable`,
/// `timed_out`: ask later. Transient failures were tried three times already.
class ForgeApi {
public:
    virtual ~ForgeApi() = default;

    /// "github": what stands in ForgeRepository::forge.
    virtual std::string_view forge() const = 0;

    /// Where it is fetched from, canonical (Project::repository).
    virtual std::string location(const ForgeRepository& repository) const = 0;

    /// The repository as it is called now.
    virtual Task<Result<ForgeRepository>>
    repository(ForgeRepository repository, std::stop_token stop) = 0;

    /// By number, open ones only: one that is missing is closed, or gone.
    virtual Task<Result<OpenPullRequests>>
    open_pull_requests(ForgeRepository repository, std::string validator, std::stop_token stop) = 0;
    virtual Task<Result<PullRequest>>
    pull_request(ForgeRepository repository, std::int64_t number, std::stop_token stop) = 0;

    /// What `login` may do there. Of a login nobody has: `none`.
    virtual Task<Result<Permission>>
    permission(ForgeRepository repository, std::string login, std::stop_token stop) = 0;

    /// Paths that differ between the merge base and the head. `too_many` when the forge does not
    /// list them all.
    virtual Task<Result<std::vector<std::string>>>
    changed_files(ForgeRepository repository, std::int64_t number, std::stop_token stop) = 0;
    virtual Task<Result<std::string>>
    commit_message(ForgeRepository repository, std::string commit, std::stop_token stop) = 0;

    /// The id of the first comment of ours on it whose text holds `marker`.
    virtual Task<Result<std::optional<std::string>>> find_comment(
        ForgeRepository repository, std::int64_t number, std::string marker, std::stop_token stop
    ) = 0;
    /// Its id. Longer texts than the forge takes are cut. Not repeated by itself: after an error it
    /// may stand there all the same, so look for it before the next try.
    virtual Task<Result<std::string>> create_comment(
        ForgeRepository repository, std::int64_t number, std::string text, std::stop_token stop
    ) = 0;
    /// `not_found` when somebody deleted it.
    virtual Task<Result<>> edit_comment(
        ForgeRepository repository, std::string comment, std::string text, std::stop_token stop
    ) = 0;

    virtual Task<Result<>> set_status(
        ForgeRepository repository, std::string commit, CommitStatus status, std::stop_token stop
    ) = 0;

    /// Its id; of the one that is there when commit and environment have one already.
    /// `environment` is what the forge groups by: "preview/pr-7".
    virtual Task<Result<std::string>> create_deployment(
        ForgeRepository repository,
        std::string commit,
        std::string environment,
        std::stop_token stop
    ) = 0;
    virtual Task<Result<>> set_deployment(
        ForgeRepository repository,
        std::string deployment,
        ForgeDeployment state,
        std::stop_token stop
    ) = 0;

    /// Until when the forge asked us to be quiet; none when it did not. `scheduler.now()` terms.
    virtual std::optional<Instant> rate_limited_until() const = 0;

    /// What it refuses us at present, for want of a permission: each was answered so when it was
    /// asked last. What is missing stands in `mend`.
    virtual std::vector<Error> refusals() const = 0;
};

}  // namespace diorama
