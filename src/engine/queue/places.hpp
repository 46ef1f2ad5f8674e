#pragma once

#include "engine/settings.hpp"
#include "store/deployments.hpp"
#include "store/line.hpp"

#include <map>
#include <optional>
#include <vector>

namespace diorama {

/// Where a wish stands in the line before the workers, or among those who wait for a place.
struct Place {
    std::uint64_t position = 0;    ///< 1 is next.
    std::optional<Instant> start;  ///< When it is expected to begin; none: nobody can tell.
    std::string waits{};  ///< Which limit keeps it waiting, a clause; empty: it waits for a worker.

    friend bool operator==(const Place&, const Place&) = default;
};

/// How long a deployment takes: half of the last ones of its project took longer, or half of all
/// where the project has none.
class Pace {
public:
    explicit Pace(const std::vector<deployments::Took>& recent);

    /// Nothing when nothing was deployed lately: a guess would be a lie.
    std::optional<milliseconds> of(ProjectId project) const;

private:
    std::map<ProjectId, milliseconds> projects_;
    std::optional<milliseconds> all_;
};

/// What is under way, and who waits for it.
struct Traffic {
    std::vector<jobs::Waiting> line;  ///< In turn.
    std::vector<jobs::Held> held;
};

/// Where each deployment of the line stands, with so many `workers` that each take the next as soon
/// as they are done. Pure.
std::map<EnvironmentId, Place>
places(const Traffic& traffic, const Pace& pace, std::size_t workers, Instant now);

/// The same, from the store.
std::map<EnvironmentId, Place> places(Tx& tx, const EngineSettings& settings, Instant now);

}  // namespace diorama
