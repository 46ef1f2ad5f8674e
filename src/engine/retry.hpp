#pragma once

#include "engine/world.hpp"

namespace diorama {

/// Runs `attempt()`, a function that makes a Task<Result<…>>, and runs it again after 1 and 2
/// seconds (and some jitter) when the other side did not answer (DESIGN rule 8). What a person has
/// to mend is answered at once.
template <class Attempt>
std::invoke_result_t<Attempt&> retry(World world, std::stop_token stop, Attempt attempt)
{
    for (int tries = 1;; ++tries) {
        auto answer = co_await attempt();
        if (answer || answer.error().code != Code::unavailable || tries == 3) co_return answer;
        const milliseconds jitter{world.random.number() % 250};
        const bool slept =
            co_await sleep(world.scheduler, seconds{1 << (tries - 1)} + jitter, stop);
        if (!slept) co_return Error{Code::cancelled, "no longer wanted"};
    }
}

}  // namespace diorama
