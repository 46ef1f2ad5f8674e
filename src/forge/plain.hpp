#pragma once

#include "forge/forge.hpp"

namespace diorama {

/// Any Git server, asked over the Git protocol alone: branches and the refs that forges publish for
/// pull requests.
class PlainForge final : public Forge {
public:
    explicit PlainForge(const git::Git& git, milliseconds time = seconds{30})
        : git_(git),
          time_(time)
    {}

    Task<Result<std::vector<BranchHead>>>
    branches(git::Remote remote, std::stop_token stop) override;
    Task<Result<std::vector<PullRequestHead>>>
    pull_requests(git::Remote remote, std::stop_token stop) override;
    bool knows_closed() const override { return false; }

private:
    const git::Git& git_;
    milliseconds time_;
};

}  // namespace diorama
