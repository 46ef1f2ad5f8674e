#pragma once

#include "model/files_fake.hpp"
#include "source/commits.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace diorama {

/// Repositories in memory. Tests push to them, and take them down by setting `fault`.
class FakeCommits final : public Commits {
public:
    using Content = std::map<std::string, std::string>;

    std::optional<Error> fault;                         ///< The answer to everything while set.
    std::map<std::string, std::set<std::string>> kept;  ///< Repository → its commits, once tidied.

    void push(
        const std::string& repository,
        const std::string& ref,
        const std::string& commit,
        Content content
    )
    {
        refs_[{repository, ref}] = commit;
        contents_[commit] = std::move(content);
    }

    Task<Result<Head>> resolve(std::string repository, std::string ref, std::stop_token) override
    {
        if (fault) co_return *fault;
        const auto found = refs_.find({repository, ref});
        if (found == refs_.end())
            co_return Error{Code::not_found, fmt::format("{} has no {}", repository, ref)};
        co_return Head{found->second, ref};
    }

    Task<Result<CommitFacts>> fetch(std::string, Head head, milliseconds, std::stop_token) override
    {
        if (fault) co_return *fault;
        if (!contents_.contains(head.commit))
            co_return Error{Code::not_found, fmt::format("no commit {}", head.commit)};
        co_return CommitFacts{.subject = "Change something", .author = "Ann"};
    }

    Task<Result<>> keep_only(std::string repository, Kept wanted, std::stop_token) override
    {
        auto commits = co_await wanted();
        if (!commits) co_return commits.error();
        kept[repository] = {commits->begin(), commits->end()};
        co_return ok();
    }

    Task<Result<std::unique_ptr<Files>>>
    files(std::string, std::string commit, std::stop_token) override
    {
        std::unique_ptr<Files> files = std::make_unique<FakeFiles>(contents_.at(commit));
        co_return files;
    }

private:
    std::map<std::pair<std::string, std::string>, std::string> refs_;
    std::map<std::string, Content> contents_;
};

}  // namespace diorama
