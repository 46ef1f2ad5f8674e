#include "simulation/forge_border.hpp"

namespace diorama::simulation {

Task<Result<ForgeRepository>>
ForgeBorder::repository(ForgeRepository repository, std::stop_token stop)
{
    return border_.pass("repository", real_.repository(std::move(repository), stop), stop);
}

Task<Result<OpenPullRequests>> ForgeBorder::open_pull_requests(
    ForgeRepository repository, std::string validator, std::stop_token stop
)
{
    return border_.pass(
        "open_pull_requests",
        real_.open_pull_requests(std::move(repository), std::move(validator), stop),
        stop
    );
}

Task<Result<PullRequest>>
ForgeBorder::pull_request(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    return border_.pass(
        fmt::format("pull_request {}", number),
        real_.pull_request(std::move(repository), number, stop),
        stop
    );
}

Task<Result<Permission>>
ForgeBorder::permission(ForgeRepository repository, std::string login, std::stop_token stop)
{
    return border_.pass(
        "permission", real_.permission(std::move(repository), std::move(login), stop), stop
    );
}

Task<Result<std::vector<std::string>>>
ForgeBorder::changed_files(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    return border_.pass(
        "changed_files", real_.changed_files(std::move(repository), number, stop), stop
    );
}

Task<Result<std::string>>
ForgeBorder::commit_message(ForgeRepository repository, std::string commit, std::stop_token stop)
{
    return border_.pass(
        "commit_message", real_.commit_message(std::move(repository), std::move(commit), stop), stop
    );
}

Task<Result<std::optional<std::string>>> ForgeBorder::find_comment(
    ForgeRepository repository, std::int64_t number, std::string marker, std::stop_token stop
)
{
    return border_.pass(
        "find_comment",
        real_.find_comment(std::move(repository), number, std::move(marker), stop),
        stop
    );
}

Task<Result<std::string>> ForgeBorder::create_comment(
    ForgeRepository repository, std::int64_t number, std::string text, std::stop_token stop
)
{
    return border_.pass(
        fmt::format("create_comment on {}", number),
        real_.create_comment(std::move(repository), number, std::move(text), stop),
        stop
    );
}

Task<Result<>> ForgeBorder::edit_comment(
    ForgeRepository repository, std::string comment, std::string text, std::stop_token stop
)
{
    return border_.pass(
        "edit_comment " + comment,
        real_.edit_comment(std::move(repository), comment, std::move(text), stop),
        stop
    );
}

Task<Result<>> ForgeBorder::set_status(
    ForgeRepository repository, std::string commit, CommitStatus status, std::stop_token stop
)
{
    return border_.pass(
        "set_status of " + commit,
        real_.set_status(std::move(repository), commit, std::move(status), stop),
        stop
    );
}

Task<Result<std::string>> ForgeBorder::create_deployment(
    ForgeRepository repository, std::string commit, std::string environment, std::stop_token stop
)
{
    return border_.pass(
        "create_deployment of " + commit,
        real_.create_deployment(std::move(repository), commit, std::move(environment), stop),
        stop
    );
}

Task<Result<>> ForgeBorder::set_deployment(
    ForgeRepository repository, std::string deployment, ForgeDeployment state, std::stop_token stop
)
{
    return border_.pass(
        "set_deployment " + deployment,
        real_.set_deployment(std::move(repository), deployment, std::move(state), stop),
        stop
    );
}

}  // namespace diorama::simulation
