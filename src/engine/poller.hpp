#pragma once

#include "engine/brake.hpp"
#include "engine/intake.hpp"

#include <map>

namespace diorama {

/// Compares what the forges list with what is known here, so that a lost webhook heals by itself.
/// Whom other rules judged than those that hold now is looked at, too. A difference is only a
/// reason to look; an error, an empty or a partial answer changes nothing.
class Poller {
public:
    Poller(World world, Intake& intake) : world_(world), intake_(intake) {}

    Task<> run(std::stop_token stop);

    /// One pass over all projects that a forge knows.
    Task<Result<>> pass(std::stop_token stop);

    /// Somebody said that what the brake holds back is really closed: each is looked at.
    Task<Result<std::size_t>> release();

private:
    /// What one list says.
    struct Listed {
        Project project;
        std::vector<PullRequest> open;
        std::string validator;
    };
    Task<Result<std::optional<Listed>>> list(Project project, std::stop_token stop);
    std::vector<Leaver> ask_about(Tx& tx, const Listed& listed, Instant now) const;
    Task<Result<>> compare(std::vector<Listed> lists, bool complete);

    World world_;
    Intake& intake_;
    std::map<ProjectId, Listed> lists_;  ///< The newest of each.
};

}  // namespace diorama
