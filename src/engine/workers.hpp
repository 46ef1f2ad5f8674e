#pragma once

#include "engine/bell.hpp"
#include "engine/queue/doorman.hpp"
#include "engine/reconciler.hpp"
#include "store/jobs.hpp"

#include <string>

namespace diorama {

/// Takes jobs off the queue, each environment by one worker at a time (DESIGN rule 2): a lease,
/// renewed while the work runs; who loses it stops.
class Workers {
public:
    Workers(Workshop& shop, Bell& bell, std::string owner)
        : shop_(shop),
          bell_(bell),
          owner_(std::move(owner)),
          reconciler_(shop),
          doorman_(shop.world)
    {}

    /// Until `stop` is asked; returns when no work runs any more.
    Task<> run(std::stop_token stop);

private:
    Task<Result<std::optional<jobs::Job>>> claim(bool only_wakes);
    Task<> take_all(TaskGroup& group, std::stop_token stop);
    Task<> work(jobs::Job job, std::stop_token stop);
    Task<> wake(jobs::Job job, std::stop_token stop);
    Task<> hold(jobs::Job job, std::stop_source working, std::stop_token done);
    Task<Result<>> work_alone(EnvironmentId environment, std::stop_source working);
    Task<Result<>> converge(EnvironmentId environment, std::stop_token stop);
    Task<Result<>> renew(jobs::Job job);
    Task<Result<>> settle(jobs::Job job, Result<> outcome, bool stopping);
    Task<Result<std::optional<Instant>>> next_due();
    Task<milliseconds> idle_time();
    bool is_full(const TaskGroup& group) const;

    Workshop& shop_;
    Bell& bell_;
    std::string owner_;
    Reconciler reconciler_;
    Doorman doorman_;
    std::size_t waking_ = 0;  ///< In places of their own.
};

}  // namespace diorama
