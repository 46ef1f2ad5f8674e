#include "chaos/forge_door.hpp"

namespace diorama::chaos {

Task<Result<ForgeRepository>>
ForgeDoor::repository(ForgeRepository repository, std::stop_token stop)
{
    return real_.repository(std::move(repository), stop);
}

Task<Result<OpenPullRequests>> ForgeDoor::open_pull_requests(
    ForgeRepository repository, std::string validator, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.open_pull_requests",
        real_.open_pull_requests(std::move(repository), std::move(validator), stop)
    );
}

Task<Result<PullRequest>>
ForgeDoor::pull_request(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    return around(
        faults_, "forge.pull_request", real_.pull_request(std::move(repository), number, stop)
    );
}

Task<Result<Permission>>
ForgeDoor::permission(ForgeRepository repository, std::string login, std::stop_token stop)
{
    return around(
        faults_, "forge.permission", real_.permission(std::move(repository), std::move(login), stop)
    );
}

Task<Result<std::vector<std::string>>>
ForgeDoor::changed_files(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    return real_.changed_files(std::move(repository), number, stop);
}

Task<Result<std::string>>
ForgeDoor::commit_message(ForgeRepository repository, std::string commit, std::stop_token stop)
{
    return real_.commit_message(std::move(repository), std::move(commit), stop);
}

Task<Result<std::optional<std::string>>> ForgeDoor::find_comment(
    ForgeRepository repository, std::int64_t number, std::string marker, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.find_comment",
        real_.find_comment(std::move(repository), number, std::move(marker), stop)
    );
}

Task<Result<std::string>> ForgeDoor::create_comment(
    ForgeRepository repository, std::int64_t number, std::string text, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.create_comment",
        real_.create_comment(std::move(repository), number, std::move(text), stop)
    );
}

Task<Result<>> ForgeDoor::edit_comment(
    ForgeRepository repository, std::string comment, std::string text, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.edit_comment",
        real_.edit_comment(std::move(repository), std::move(comment), std::move(text), stop)
    );
}

Task<Result<>> ForgeDoor::set_status(
    ForgeRepository repository, std::string commit, CommitStatus status, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.set_status",
        real_.set_status(std::move(repository), std::move(commit), std::move(status), stop)
    );
}

Task<Result<std::string>> ForgeDoor::create_deployment(
    ForgeRepository repository, std::string commit, std::string environment, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.create_deployment",
        real_.create_deployment(
            std::move(repository), std::move(commit), std::move(environment), stop
        )
    );
}

Task<Result<>> ForgeDoor::set_deployment(
    ForgeRepository repository, std::string deployment, ForgeDeployment state, std::stop_token stop
)
{
    return around(
        faults_,
        "forge.set_deployment",
        real_.set_deployment(std::move(repository), std::move(deployment), std::move(state), stop)
    );
}

}  // namespace diorama::chaos
