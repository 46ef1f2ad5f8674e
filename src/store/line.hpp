#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The line before the workers, in the order in which `jobs::claim` will take it.
namespace diorama::jobs {

/// A job that waits.
struct Waiting {
    EnvironmentId environment;
    ProjectId project;
    std::string author;      ///< Who opened it; the project where nobody is known.
    std::uint64_t rank = 0;  ///< Its priority, one less for each five minutes it waited.
    Instant due{};
    bool deploys = false;  ///< Puts something up; else it is a look, which takes no time.
};

/// A job in the hands of a worker.
struct Held {
    EnvironmentId environment;
    ProjectId project;
    Instant since{};
    bool deploys = false;
};

/// How many jobs of each project and of each author run, or began in the last five minutes.
struct Shares {
    std::map<ProjectId, std::uint64_t> projects;
    std::map<std::string, std::uint64_t> authors;
};

/// The order of claims, if none of them ended meanwhile: the lower rank; then whose project and
/// author have the smaller share, the claims before it counted; then who waited longest.
std::vector<Waiting> in_turn(std::vector<Waiting> waiting, Shares shares);

std::vector<Waiting> line(Tx& tx, Instant now);
std::vector<Held> held(Tx& tx, Instant now);

}  // namespace diorama::jobs
