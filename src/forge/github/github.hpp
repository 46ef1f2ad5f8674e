#pragma once

#include "forge/forge_api.hpp"
#include "forge/github/rest.hpp"
#include "net/loop.hpp"

#include <memory>

namespace diorama {

/// GitHub and its Enterprise Server, by their REST API (version 2022-11-28).
///
/// It is asked by owner/name, since its published description knows no address by id. A renamed
/// repository is found by its redirects; one that took over the name of ours is known by its id
/// and `not_found`.
class GitHub final : public ForgeApi {
public:
    struct Options {
        Secret token;
        std::string api = "https://api.github.com";
        std::string web = "https://github.com";  ///< Repositories are at `web` + "/owner/name.git".
        milliseconds first_pause = seconds{1};   ///< Before what failed is tried again.
    };

    /// Speaks https with the system's trust, or http to this machine. `invalid` when `api` or `web`
    /// is no such address.
    static Result<std::unique_ptr<GitHub>> open(Loop& loop, Random& random, Options options);
    /// Speaks by `transport`.
    static Result<std::unique_ptr<GitHub>>
    over(Scheduler& scheduler, Random& random, github::Transport transport, Options options);

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
    /// Ours are those of the account that the token belongs to; of an app's token, which cannot
    /// say, those of any bot.
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
    std::optional<Instant> rate_limited_until() const override { return rest_.limited_until(); }
    std::vector<Error> refusals() const override { return rest_.refusals(); }

private:
    GitHub(
        Scheduler& scheduler,
        Random& random,
        github::Transport transport,
        github::Rest::Options how,
        std::string web
    );

    /// Whether each page that `validators` are for is what it was.
    Task<Result<bool>>
    unchanged(github::Call call, std::vector<std::string> validators, std::stop_token stop);
    /// The id of the account that the token belongs to; 0 for an app's token.
    Task<Result<std::int64_t>> account(std::stop_token stop);
    Task<Result<std::optional<std::string>>> find_deployment(
        ForgeRepository repository,
        std::string commit,
        std::string environment,
        std::stop_token stop
    );

    github::Rest rest_;
    std::string web_;
    std::optional<std::int64_t> account_;
};

}  // namespace diorama
