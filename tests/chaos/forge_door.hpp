#pragma once

#include "chaos/doors.hpp"
#include "forge/forge_api.hpp"

namespace diorama::chaos {

/// A point before and after each call of a forge that a small repository without rules needs.
class ForgeDoor final : public ForgeApi {
public:
    ForgeDoor(Faults& faults, ForgeApi& real) : faults_(faults), real_(real) {}

    std::string_view forge() const override { return real_.forge(); }
    std::string location(const ForgeRepository& repository) const override
    {
        return real_.location(repository);
    }
    std::optional<Instant> rate_limited_until() const override
    {
        return real_.rate_limited_until();
    }
    std::vector<Error> refusals() const override { return real_.refusals(); }

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

private:
    Faults& faults_;
    ForgeApi& real_;
};

}  // namespace diorama::chaos
