#pragma once

#include "forge/forge.hpp"

#include <map>
#include <optional>

namespace diorama {

/// A forge in memory. Tests push to it, and take it down by setting `fault`.
class FakeForge final : public Forge {
public:
    std::optional<Error> fault;  ///< The answer to everything while set.

    void add_repository(const git::Location& location) { repositories_[location.id()]; }
    void push(const git::Location& location, const git::RefName& ref, const git::ObjectId& commit)
    {
        repositories_[location.id()][ref] = commit;
    }
    void remove(const git::Location& location, const git::RefName& ref)
    {
        repositories_[location.id()].erase(ref);
    }

    Task<Result<std::vector<BranchHead>>>
    branches(git::Remote remote, std::stop_token stop) override;
    Task<Result<std::vector<PullRequestHead>>>
    pull_requests(git::Remote remote, std::stop_token stop) override;
    bool knows_closed() const override { return false; }

private:
    Result<std::vector<git::RemoteRef>>
    refs(const git::Location& location, const std::stop_token& stop) const;

    std::map<std::string, std::map<git::RefName, git::ObjectId>> repositories_;
};

}  // namespace diorama
