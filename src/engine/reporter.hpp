#pragma once

#include "base/concurrency.hpp"
#include "engine/report.hpp"
#include "engine/world.hpp"

#include <set>

namespace diorama {

/// Tells forges how the previews of their pull requests stand. What changed is marked in the
/// transaction that changed it (store/feedback.hpp); this loop takes what is due, one round at a
/// time for each environment. Holds no truth: killed anywhere, it goes on from what was written.
class Reporter {
public:
    explicit Reporter(World world)
        : world_(world),
          places_(world.scheduler, 4),
          done_(world.scheduler)
    {}

    /// Tells what is due until `stop` is asked.
    Task<> run(std::stop_token stop);

private:
    Task<> take(TaskGroup& group, std::stop_token stop);
    Task<> work(feedback::Due due, std::stop_token stop);
    Task<Result<>> tell(feedback::Due due, std::stop_token stop);
    Task<Result<>> settle(feedback::Due due, Briefing briefing, Result<> outcome);
    Task<milliseconds> idle_time();

    World world_;
    Semaphore places_;
    Notice done_;
    std::set<EnvironmentId> telling_;  ///< One round at a time for each.
};

}  // namespace diorama
