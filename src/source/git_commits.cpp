#include "source/git_commits.hpp"

namespace diorama {

namespace {

Result<Tip> tip(const Head& head)
{
    const auto commit = git::ObjectId::parse(head.commit);
    if (!commit) return commit.error();
    if (head.ref.empty()) return Tip{.commit = *commit, .ref = std::nullopt};
    const auto ref = git::RefName::parse(head.ref);
    if (!ref) return ref.error();
    return Tip{.commit = *commit, .ref = *ref};
}

Task<Result<std::vector<git::ObjectId>>> ids_of(Commits::Kept wanted)
{
    const auto commits = co_await wanted();
    if (!commits) co_return commits.error();
    std::vector<git::ObjectId> ids;
    for (const std::string& commit : *commits) {
        const auto id = git::ObjectId::parse(commit);
        if (!id) co_return id.error();
        ids.push_back(*id);
    }
    co_return ids;
}

}  // namespace

Result<git::Remote> GitCommits::remote(const std::string& repository) const
{
    const auto location = git::Location::parse(repository, allowed_);
    if (!location) return location.error();
    return git::Remote{.location = *location, .access = access_(*location)};
}

Task<Result<Head>>
GitCommits::resolve(std::string repository, std::string ref, std::stop_token stop)
{
    const auto from = remote(repository);
    if (!from) co_return from.error();
    Wanted wanted = DefaultBranch{};
    if (!ref.empty()) {
        const auto name = git::RefName::parse(ref);
        if (!name) co_return name.error();
        wanted = *name;
    }
    const auto found = co_await source_.resolve(*from, wanted, minutes{2}, stop);
    if (!found) co_return found.error();
    co_return Head{.commit = found->commit.text(), .ref = found->ref ? found->ref->text() : ""};
}

Task<Result<CommitFacts>>
GitCommits::fetch(std::string repository, Head head, milliseconds limit, std::stop_token stop)
{
    const auto from = remote(repository);
    if (!from) co_return from.error();
    const auto wanted = tip(head);
    if (!wanted) co_return wanted.error();
    git::Limits limits{.time = limit};
    const auto commit = co_await source_.fetch(*from, *wanted, limits, stop);
    if (!commit) co_return commit.error();
    co_return CommitFacts{
        .subject = commit->subject, .author = commit->author, .time = commit->time
    };
}

Task<Result<>> GitCommits::keep_only(std::string repository, Kept wanted, std::stop_token stop)
{
    const auto from = remote(repository);
    if (!from) co_return from.error();
    const auto ids = [wanted] { return ids_of(wanted); };
    co_return co_await source_.keep_only(from->location, ids, stop);
}

Task<Result<std::unique_ptr<Files>>>
GitCommits::files(std::string repository, std::string commit, std::stop_token stop)
{
    const auto from = remote(repository);
    if (!from) co_return from.error();
    const auto id = git::ObjectId::parse(commit);
    if (!id) co_return id.error();
    auto tree = co_await source_.tree(from->location, *id, TreeLimits{}, stop);
    if (!tree) co_return tree.error();
    std::unique_ptr<Files> files = *std::move(tree);
    co_return files;
}

}  // namespace diorama
