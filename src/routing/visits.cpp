#include "routing/visits.hpp"

#include "store/environments.hpp"

#include <algorithm>

namespace diorama {

Task<> VisitRecorder::run(milliseconds interval, std::stop_token stop)
{
    bool more = true;
    while (more) {
        more = co_await sleep(scheduler_, interval, stop);
        co_await record();
    }
}

Task<> VisitRecorder::record()
{
    for (const Visit& visit : router_.visits()) {
        auto& at = waiting_.try_emplace(visit.environment, visit.at).first->second;
        at = std::max(at, visit.at);
    }
    if (waiting_.empty()) co_return;

    std::vector<Visit> visits;
    for (const auto& [environment, at] : std::exchange(waiting_, {}))
        visits.push_back({environment, at});
    const auto work = [visits](Tx& tx) { environments::touch(tx, visits); };
    const auto stored = co_await store_.transact(work);
    if (stored) co_return;
    log_.warn(
        "visits not stored yet",
        {
            {"problem", stored.error()}
    }
    );
    for (const Visit& visit : visits)
        waiting_.try_emplace(visit.environment, visit.at);
}

}  // namespace diorama
