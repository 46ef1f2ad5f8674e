#include "forge/github/github.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "forge/github/paths.hpp"
#include "git/location.hpp"
#include "net/client.hpp"

namespace diorama {

using namespace github;

namespace {

constexpr std::size_t most_pages = 30;  ///< Of pull requests: 3,000; GitHub lists no more files.

/// The pull request in `node`, when it is one of `repository`.
Result<PullRequest> request_in(const Node& node, const ForgeRepository& repository)
{
    const auto found = part_of<wire::PullRequest>(node);
    if (!found) return found.error();
    const auto& base = found->base.repo;
    if (!repository.id.empty() && base && std::to_string(base->id) != repository.id)
        return Error{
            Code::not_found,
            fmt::format("{} is another repository by now (id {})", repository.name, base->id),
            "Connect the repository anew under the name it has now."
        };
    auto request = pull_request_of(*found);
    if (!request) return not_sensible(request.error());
    return request;
}

Call list_call(std::string path)
{
    // Newest first: an addition changes the first page, any other change its own page, and so no
    // page's validator can miss it.
    return {
        .path = std::move(path),
        .query = {{"state", "open"}, {"sort", "created"}, {"direction", "desc"}},
        .needs = "Pull requests: read",
    };
}

struct PermissionAnswer {
    std::string permission;
    static constexpr auto required = {"permission"};
};
BOOST_DESCRIBE_STRUCT(PermissionAnswer, (), (permission))

struct File {
    std::string filename;
    std::optional<std::string> previous_filename;
    static constexpr auto required = {"filename"};
};
BOOST_DESCRIBE_STRUCT(File, (), (filename, previous_filename))

struct Words {
    std::string message;
    static constexpr auto required = {"message"};
};
BOOST_DESCRIBE_STRUCT(Words, (), (message))

struct Commit {
    Words commit;
    static constexpr auto required = {"commit"};
};
BOOST_DESCRIBE_STRUCT(Commit, (), (commit))

Error no_commit(std::string_view commit)
{
    return {Code::invalid, fmt::format("'{}' is no commit", display(commit, 64)), ""};
}

}  // namespace

GitHub::GitHub(
    Scheduler& scheduler, Random& random, Transport transport, Rest::Options how, std::string web
)
    : rest_(scheduler, random, std::move(transport), std::move(how)),
      web_(std::move(web))
{}

Result<std::unique_ptr<GitHub>>
GitHub::over(Scheduler& scheduler, Random& random, Transport transport, Options options)
{
    const auto base = ApiBase::parse(options.api);
    if (!base) return base.error();
    while (options.web.ends_with('/'))
        options.web.pop_back();
    const auto web = git::Location::parse(options.web + "/owner/name.git", {.plain_http = true});
    if (!web) return web.error().during("[github] web");
    Rest::Options how{*base, options.token, options.first_pause};
    return std::unique_ptr<GitHub>(
        new GitHub(scheduler, random, std::move(transport), std::move(how), options.web)
    );
}

Result<std::unique_ptr<GitHub>> GitHub::open(Loop& loop, Random& random, Options options)
{
    const auto base = ApiBase::parse(options.api);
    if (!base) return base.error();
    const auto client = std::make_shared<Client>(loop, base->address);
    const auto send = [client](Request request, std::stop_token stop) {
        return client->send(std::move(request), {.stop = stop, .timeout = seconds{15}});
    };
    return over(loop, random, send, std::move(options));
}

std::string GitHub::location(const ForgeRepository& repository) const
{
    const auto text = fmt::format("{}/{}.git", web_, repository.name);
    const auto found = git::Location::parse(text, {.plain_http = true});
    return found ? found->text() : text;
}

Task<Result<ForgeRepository>> GitHub::repository(ForgeRepository repository, std::stop_token stop)
{
    const auto path = path_in(repository);
    if (!path) co_return path.error();
    const auto answer = co_await rest_.ask({.path = *path, .needs = "Metadata: read"}, stop);
    if (!answer) co_return answer.error();
    const auto found = part_of<wire::Repository>(answer->body);
    if (!found) co_return found.error();
    const auto known = repository_of(*found);
    if (!known) co_return not_sensible(known.error());
    if (!repository.id.empty() && known->id != repository.id)
        co_return Error{
            Code::not_found,
            fmt::format("{} is another repository by now (id {})", repository.name, known->id),
            "Connect the repository anew under the name it has now."
        };
    co_return *known;
}

Task<Result<bool>>
GitHub::unchanged(Call call, std::vector<std::string> validators, std::stop_token stop)
{
    call.query.emplace_back("per_page", "100");
    for (std::size_t page = 0; page < validators.size(); ++page) {
        Call one = call;
        if (page > 0) one.query.emplace_back("page", std::to_string(page + 1));
        one.validator = validators[page];
        const auto answer = co_await rest_.ask(one, stop);
        if (!answer) co_return answer.error();
        if (!answer->unchanged) co_return false;
    }
    co_return true;
}

Task<Result<OpenPullRequests>>
GitHub::open_pull_requests(ForgeRepository repository, std::string validator, std::stop_token stop)
{
    const auto path = path_in(repository, "/pulls");
    if (!path) co_return path.error();
    if (!validator.empty()) {
        std::vector<std::string> pages;
        for (const auto page : split(validator, '\n'))
            pages.emplace_back(page);
        const auto same = co_await unchanged(list_call(*path), pages, stop);
        if (!same) co_return same.error();
        if (*same) co_return OpenPullRequests{.validator = validator, .unchanged = true};
    }
    // By number: one that slid to the next page while we read stands in both.
    std::map<std::int64_t, PullRequest> found;
    const auto keep = [&found, &repository](const Node& node) -> Result<> {
        const auto request = request_in(node, repository);
        if (!request) return request.error();
        found[request->number] = *request;
        return ok();
    };
    const auto validators = co_await rest_.each(list_call(*path), most_pages, keep, stop);
    if (!validators) co_return validators.error();
    OpenPullRequests open;
    for (auto& [number, request] : found)
        open.list.push_back(std::move(request));
    const bool all = std::ranges::none_of(*validators, &std::string::empty);
    if (all) open.validator = join(*validators, "\n");
    co_return open;
}

Task<Result<PullRequest>>
GitHub::pull_request(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    const auto path = path_in(repository, fmt::format("/pulls/{}", number));
    if (!path) co_return path.error();
    Call call{.path = *path, .needs = "Pull requests: read", .expected = Code::not_found};
    const auto answer = co_await rest_.ask(std::move(call), stop);
    if (!answer) co_return answer.error();
    co_return request_in(answer->body, repository);
}

Task<Result<Permission>>
GitHub::permission(ForgeRepository repository, std::string login, std::stop_token stop)
{
    const auto path =
        path_in(repository, fmt::format("/collaborators/{}/permission", percent_encode(login)));
    if (!path) co_return path.error();
    if (login.empty()) co_return Permission::none;
    Call call{.path = *path, .needs = "Metadata: read", .expected = Code::not_found};
    const auto answer = co_await rest_.ask(std::move(call), stop);
    // Nobody of that name; a repository that we may not see is told in other words.
    if (!answer && answer.error().code == Code::not_found &&
        answer.error().message.ends_with("is not a user"))
        co_return Permission::none;
    if (!answer) co_return answer.error();
    const auto found = part_of<PermissionAnswer>(answer->body);
    if (!found) co_return found.error();
    if (found->permission == "admin" || found->permission == "write") co_return Permission::write;
    if (found->permission == "read") co_return Permission::read;
    if (found->permission == "none") co_return Permission::none;
    co_return not_sensible({Code::invalid, "an unknown permission", ""});
}

Task<Result<std::vector<std::string>>>
GitHub::changed_files(ForgeRepository repository, std::int64_t number, std::stop_token stop)
{
    const auto path = path_in(repository, fmt::format("/pulls/{}/files", number));
    if (!path) co_return path.error();
    std::vector<std::string> files;
    std::size_t listed = 0;
    const auto keep = [&](const Node& node) -> Result<> {
        const auto file = part_of<File>(node);
        if (!file) return file.error();
        ++listed;
        files.push_back(file->filename);
        if (file->previous_filename) files.push_back(*file->previous_filename);
        return ok();
    };
    const Call call{.path = *path, .needs = "Pull requests: read"};
    const auto read_all = co_await rest_.each(call, most_pages, keep, stop);
    if (!read_all) co_return read_all.error();
    if (listed >= most_pages * 100)
        co_return Error{Code::too_many, "GitHub lists only the first 3,000 changed files", ""};
    co_return files;
}

Task<Result<std::string>>
GitHub::commit_message(ForgeRepository repository, std::string commit, std::stop_token stop)
{
    const auto path = path_in(repository, "/commits/" + commit);
    if (!path) co_return path.error();
    if (!is_commit(commit)) co_return no_commit(commit);
    // One file of it instead of all with their differences.
    Call call{.path = *path, .query = {{"per_page", "1"}}, .needs = "Contents: read"};
    const auto answer = co_await rest_.ask(std::move(call), stop);
    if (!answer && answer.error().code == Code::invalid)
        co_return Error{Code::not_found, answer.error().message, answer.error().mend};
    if (!answer) co_return answer.error();
    const auto found = part_of<Commit>(answer->body);
    if (!found) co_return found.error();
    co_return found->commit.message;
}

}  // namespace diorama
