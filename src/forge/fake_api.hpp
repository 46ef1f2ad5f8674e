#pragma once

#include "base/scheduler.hpp"
#include "forge/forge_api.hpp"

#include <functional>
#include <map>

namespace diorama {

/// The API of a forge in memory. Tests arrange what it knows in `add(…)`, read there what it was
/// told, and break it by `fault`, `lists_only`, `quiet_until` and `delay`.
class FakeForgeApi final : public ForgeApi {
public:
    struct Comment {
        std::string id;
        std::int64_t number = 0;  ///< Of the pull request it stands on.
        std::string text;
        bool ours = true;
    };
    struct Status {
        std::string commit;
        CommitStatus status;
    };
    struct Deployment {
        std::string id;
        std::string commit;
        std::string environment;
        std::vector<ForgeDeployment> states;  ///< In the order they were told.
    };
    struct Repository {
        ForgeRepository facts;
        std::map<std::int64_t, PullRequest> pull_requests;  ///< Of any status.
        std::map<std::string, Permission> permissions;      ///< By login; others have none.
        std::map<std::int64_t, std::vector<std::string>> files;
        std::map<std::string, std::string> messages;  ///< By commit.
        std::vector<Comment> comments;
        std::vector<Status> statuses;  ///< In the order they were told.
        std::vector<Deployment> deployments;

        std::vector<PullRequest> listed;  ///< What the last validator was given for.
        std::uint64_t version = 0;
    };

    /// How one question goes wrong.
    struct Fault {
        enum class When {
            before,  ///< Nothing happens.
            after,   ///< It happens, and then the answer is lost.
        };
        Error error;
        When when = When::before;
    };

    explicit FakeForgeApi(Scheduler& scheduler, std::string web = "https://forge.example")
        : scheduler_(scheduler),
          web_(std::move(web))
    {}

    /// The repository of that id, made when it is new. Stays where it is.
    Repository& add(const ForgeRepository& facts);
    Repository& at(const std::string& id) { return repositories_.at(id); }
    void remove(const std::string& id) { repositories_.erase(id); }

    /// Asked about each question by its name here ("create_comment"); none lets it through.
    std::function<std::optional<Fault>(std::string_view question)> fault;
    /// A forge that lies: open_pull_requests answers this many and calls them all.
    std::optional<std::size_t> lists_only;
    /// Its rate limit is reached until then.
    std::optional<Instant> quiet_until;
    milliseconds delay{0};               ///< That each answer takes.
    std::vector<std::string> questions;  ///< All that were asked, by name, in their order.

    std::string_view forge() const override { return "github"; }
    std::string location(const ForgeRepository& repository) const override;
    Task<Result<ForgeRepository>>
    repository(ForgeRepository repository, std::stop_token stop) override;
    Task<Result<OpenPullRequests>> open_pull_requests(
        ForgeRepository repository, std::string validator, std::stop_token stop
    ) override;
    Task<Result<PullRequest>>
    pull_request(ForgeRepository repository, std::int64_t number, std::stop_token stop) override;
    Task<Result<Permission>>
    permission(ForgeRepository repository, std::string login, std::stop_token stop) override;
    Task<Result<std::vector<std::string>>>
    changed_files(ForgeRepository repository, std::int64_t number, std::stop_token stop) override;
    Task<Result<std::string>>
    commit_message(ForgeRepository repository, std::string commit, std::stop_token stop) override;
    Task<Result<std::optional<std::string>>> find_comment(
        ForgeRepository repository, std::int64_t number, std::string marker, std::stop_token stop
    ) override;
    Task<Result<std::string>> create_comment(
        ForgeRepository repository, std::int64_t number, std::string text, std::stop_token stop
    ) override;
    Task<Result<>> edit_comment(
        ForgeRepository repository, std::string comment, std::string text, std::stop_token stop
    ) override;
    Task<Result<>> set_status(
        ForgeRepository repository, std::string commit, CommitStatus status, std::stop_token stop
    ) override;
    Task<Result<std::string>> create_deployment(
        ForgeRepository repository,
        std::string commit,
        std::string environment,
        std::stop_token stop
    ) override;
    Task<Result<>> set_deployment(
        ForgeRepository repository,
        std::string deployment,
        ForgeDeployment state,
        std::stop_token stop
    ) override;
    std::optional<Instant> rate_limited_until() const override;
    std::vector<Error> refusals() const override;

private:
    template <class T>
    Task<Result<T>> answer(
        std::string_view question,
        std::string repository,
        std::stop_token stop,
        std::function<Result<T>(Repository&)> work
    );

    Scheduler& scheduler_;
    std::string web_;
    std::map<std::string, Repository> repositories_;  ///< By id.
    std::map<std::string, Error> refused_;            ///< By question.
    std::uint64_t last_id_ = 0;
};

}  // namespace diorama
