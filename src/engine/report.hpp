#pragma once

#include "build/build.hpp"
#include "engine/settings.hpp"
#include "forge/report.hpp"
#include "model/log.hpp"
#include "model/pull_request.hpp"
#include "store/feedback.hpp"

namespace diorama {

/// What a report is about. What was gathered for one wish is not told after another came.
struct Subject {
    Generation generation = 0;
    std::string held;  ///< The pull request's newest commit while it waits for an approval.

    friend bool operator==(const Subject&, const Subject&) = default;
};

/// What a forge shall show about the preview of a pull request, and what it shows by now.
struct Briefing {
    EnvironmentId environment;
    ForgeRepository repository;
    std::int64_t number = 0;
    Subject subject;
    /// As the people at the pull request see it: about its newest commit, though that may wait for
    /// an approval.
    Report shown;
    Report scene;  ///< About the commit that is put up or serves, whatever else waits.
    feedback::Record told;
};

/// All of it in one read. `not_found` when it previews no pull request. The words of failures may
/// hold secrets still: `redact` them outside of the transaction.
Result<Briefing>
brief(Tx& tx, const EngineSettings& settings, EnvironmentId environment, Instant now);
Result<Subject> subject_of(Tx& tx, EnvironmentId environment);

/// The place among the builds that wait for others, as the builder knows it now.
void place_in_line(Briefing& briefing, const Builder& builder);

void redact(Briefing& briefing, LogSink& logs);

}  // namespace diorama
