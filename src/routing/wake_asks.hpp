#pragma once

#include "base/concurrency.hpp"
#include "model/ids.hpp"

#include <set>
#include <stop_token>
#include <vector>

namespace diorama {

/// The environments at whose door somebody waits, until they are told to who wakes them. For the
/// loop's thread. The scheduler must outlive it.
class WakeAsks {
public:
    explicit WakeAsks(Scheduler& scheduler) : came_(scheduler) {}

    void add(const EnvironmentId& environment)
    {
        asked_.insert(environment);
        came_.notify();
    }

    /// All there are, each once, as soon as there is one; none when `stop` is asked.
    Task<std::vector<EnvironmentId>> take(std::stop_token stop);

private:
    std::set<EnvironmentId> asked_;
    Notice came_;
};

}  // namespace diorama
