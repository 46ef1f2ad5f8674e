#pragma once

#include "engine/cleanup/ended.hpp"
#include "engine/queue/places.hpp"
#include "store/pull_requests.hpp"

namespace diorama {

/// One sentence for a person who wonders, and the command that comes next.
struct Why {
    std::string_view word;  ///< "healthy", "held", …
    std::string reason;     ///< May hold anybody's words, and secrets: redact it.
    std::string mend;       ///< Empty when there is nothing to do.
};

/// What it takes to tell why an environment, or a pull request without one, stands as it does.
struct Story {
    std::optional<Environment> environment;
    std::optional<pull_requests::Record> record;  ///< There when there is no environment.
    std::optional<Deployment> latest;
    std::optional<Place> place;  ///< In the line before the workers, or for a place.
    std::string room;            ///< What would free a place for it: a sentence …
    std::string sleeper;         ///< … and which of its project could sleep for it.
    std::size_t owed = 0;        ///< Objects that could not be removed.
    std::optional<Ended> ended;  ///< That it was ended on purpose.
};

Result<Story>
story_of(Tx& tx, const EngineSettings& settings, const Environment& environment, Instant now);

Why why(const Story& story);

}  // namespace diorama
