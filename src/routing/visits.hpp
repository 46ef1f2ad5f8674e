#pragma once

#include "base/log.hpp"
#include "base/scheduler.hpp"
#include "routing/routing.hpp"
#include "store/store.hpp"

#include <map>
#include <stop_token>

namespace diorama {

/// Takes from the router who was visited and stores it (F14): the clock of idle scenes. All visits
/// of an interval are one transaction. All references must outlive it.
class VisitRecorder {
public:
    VisitRecorder(Scheduler& scheduler, Store& store, Router& router, Log& log)
        : scheduler_(scheduler),
          store_(store),
          router_(router),
          log_(log)
    {}

    /// Every `interval`, and once more when `stop` is asked.
    Task<> run(milliseconds interval, std::stop_token stop);

    /// Once, now. What the store does not take is kept for the next time.
    Task<> record();

private:
    Scheduler& scheduler_;
    Store& store_;
    Router& router_;
    Log& log_;
    std::map<EnvironmentId, Instant> waiting_;  ///< The newest visit of each.
};

}  // namespace diorama
