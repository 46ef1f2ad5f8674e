#include "forge/fake_api.hpp"

#include "forge/limits.hpp"

#include <algorithm>

namespace diorama {

namespace {

Error missing(std::string_view what, std::string_view which)
{
    return {
        Code::not_found,
        fmt::format("the forge knows no {} {}", what, which),
        "Give the token access to it, or correct the name."
    };
}

Result<PullRequest> find(const FakeForgeApi::Repository& repository, std::int64_t number)
{
    const auto found = repository.pull_requests.find(number);
    if (found == repository.pull_requests.end())
        return missing("pull request", fmt::format("{}#{}", repository.facts.name, number));
    return found->second;
}

/// The one of `list` with that id.
template <class T>
T* with_id(std::vector<T>& list, const std::string& id)
{
    const auto found = std::ranges::find(list, id, &T::id);
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

FakeForgeApi::Repository& FakeForgeApi::add(const ForgeRepository& facts)
{
    auto& repository = repositories_[facts.id];
    repository.facts = facts;
    return repository;
}

std::string FakeForgeApi::location(const ForgeRepository& repository) const
{
    return fmt::format("{}/{}.git", web_, repository.name);
}

std::optional<Instant> FakeForgeApi::rate_limited_until() const
{
    if (quiet_until && *quiet_until > scheduler_.now()) return quiet_until;
    return std::nullopt;
}

std::vector<Error> FakeForgeApi::refusals() const
{
    std::vector<Error> list;
    for (const auto& [asked, refusal] : refused_)
        list.push_back(refusal);
    return list;
}

template <class T>
Task<Result<T>> FakeForgeApi::answer(
    std::string_view question,
    std::string repository,
    std::stop_token stop,
    std::function<Result<T>(Repository&)> work
)
{
    questions.emplace_back(question);
    if (delay > milliseconds{0}) co_await sleep(scheduler_, delay, stop);
    if (stop.stop_requested())
        co_return Error{Code::cancelled, "nobody waits for the forge's answer any more", ""};
    if (rate_limited_until())
        co_return Error{
            Code::too_many, "the forge's rate limit is reached", "Wait until it is lifted."
        };
    const auto broken = fault ? fault(question) : std::nullopt;
    const auto asked = fmt::format("{} {}", question, repository);
    refused_.erase(asked);
    if (broken &&
        (broken->error.code == Code::forbidden || broken->error.code == Code::unauthorized))
        refused_.insert_or_assign(asked, broken->error);
    if (broken && broken->when == Fault::When::before) co_return broken->error;
    const auto found = repositories_.find(repository);
    if (found == repositories_.end()) co_return missing("repository", repository);
    auto result = work(found->second);
    if (broken) co_return broken->error;
    co_return result;
}

Task<Result<ForgeRepository>>
FakeForgeApi::repository(ForgeRepository repository, std::stop_token stop)
{
    return answer<ForgeRepository>("repository", repository.id, stop, [](Repository& known) {
        return known.facts;
    });
}

Task<Result<OpenPullRequests>> FakeForgeApi::open_pull_requests(
    ForgeRepository repository, std::string validator, std::stop_token stop
)
{
    const auto list = [this, validator](Repository& known) -> Result<OpenPullRequests> {
        std::vector<PullRequest> open;
        for (const auto& [number, request] : known.pull_requests)
            if (request.status == PullRequest::Status::open) open.push_back(request);
        if (lists_only && open.size() > *lists_only) open.resize(*lists_only);
        if (known.version == 0 || open != known.listed) {
            ++known.version;
            known.listed = open;
        }
        const auto now = fmt::format("version-{}", known.version);
        if (now == validator)
            return OpenPullRequests{.list = {}, .validator = now, .unchanged = true};
        return OpenPullRequests{.list = open, .validator = now};
    };
    return answer<OpenPullRequests>("open_pull_requests", repository.id, stop, list);
}

Task<Result<PullRequest>>
FakeForgeApi::pull_request(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    return answer<PullRequest>("pull_request", repository.id, stop, [number](Repository& known) {
        return find(known, number);
    });
}

Task<Result<Permission>>
FakeForgeApi::permission(ForgeRepository repository, std::string login, std::stop_token stop)
{
    return answer<Permission>("permission", repository.id, stop, [login](Repository& known) {
        const auto found = known.permissions.find(login);
        return found == known.permissions.end() ? Permission::none : found->second;
    });
}

Task<Result<std::vector<std::string>>>
FakeForgeApi::changed_files(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    using Files = std::vector<std::string>;
    return answer<Files>(
        "changed_files",
        repository.id,
        stop,
        [number](Repository& known) -> Result<Files> {
            const auto request = find(known, number);
            if (!request) return request.error();
            return known.files[number];
        }
    );
}

Task<Result<std::string>>
FakeForgeApi::commit_message(ForgeRepository repository, std::string commit, std::stop_token stop)
{
    return answer<std::string>(
        "commit_message",
        repository.id,
        stop,
        [commit](Repository& known) -> Result<std::string> {
            const auto found = known.messages.find(commit);
            if (found == known.messages.end()) return missing("commit", commit);
            return found->second;
        }
    );
}

Task<Result<std::optional<std::string>>> FakeForgeApi::find_comment(
    ForgeRepository repository, std::int64_t number, std::string marker, std::stop_token stop
)
{
    using Found = std::optional<std::string>;
    return answer<Found>(
        "find_comment",
        repository.id,
        stop,
        [number, marker](Repository& known) -> Result<Found> {
            const auto request = find(known, number);
            if (!request) return request.error();
            for (const auto& comment : known.comments)
                if (comment.ours && comment.number == number && comment.text.contains(marker))
                    return Found(comment.id);
            return Found();
        }
    );
}

Task<Result<std::string>> FakeForgeApi::create_comment(
    ForgeRepository repository, std::int64_t number, std::string text, std::stop_token stop
)
{
    return answer<std::string>(
        "create_comment",
        repository.id,
        stop,
        [this, number, text](Repository& known) -> Result<std::string> {
            const auto request = find(known, number);
            if (!request) return request.error();
            const auto id = std::to_string(++last_id_);
            known.comments.push_back({id, number, shortened(text, comment_limit)});
            return id;
        }
    );
}

Task<Result<>> FakeForgeApi::edit_comment(
    ForgeRepository repository, std::string comment, std::string text, std::stop_token stop
)
{
    return answer<void>(
        "edit_comment",
        repository.id,
        stop,
        [comment, text](Repository& known) -> Result<> {
            auto* found = with_id(known.comments, comment);
            if (!found) return missing("comment", comment);
            found->text = shortened(text, comment_limit);
            return ok();
        }
    );
}

Task<Result<>> FakeForgeApi::set_status(
    ForgeRepository repository, std::string commit, CommitStatus status, std::stop_token stop
)
{
    status.description = shortened(status.description, description_limit);
    return answer<void>("set_status", repository.id, stop, [commit, status](Repository& known) {
        known.statuses.push_back({commit, status});
        return ok();
    });
}

Task<Result<std::string>> FakeForgeApi::create_deployment(
    ForgeRepository repository, std::string commit, std::string environment, std::stop_token stop
)
{
    return answer<std::string>(
        "create_deployment",
        repository.id,
        stop,
        [this, commit, environment](Repository& known) -> Result<std::string> {
            for (const auto& one : known.deployments)
                if (one.commit == commit && one.environment == environment) return one.id;
            const auto id = std::to_string(++last_id_);
            known.deployments.push_back({id, commit, environment, {}});
            return id;
        }
    );
}

Task<Result<>> FakeForgeApi::set_deployment(
    ForgeRepository repository, std::string deployment, ForgeDeployment state, std::stop_token stop
)
{
    state.description = shortened(state.description, description_limit);
    return answer<void>(
        "set_deployment",
        repository.id,
        stop,
        [deployment, state](Repository& known) -> Result<> {
            auto* found = with_id(known.deployments, deployment);
            if (!found) return missing("deployment", deployment);
            found->states.push_back(state);
            return ok();
        }
    );
}

}  // namespace diorama
