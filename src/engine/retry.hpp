#pragma once

#include "engine/world.hpp"

#include <algorithm>

namespace diorama {

/// How long to wait after that many failures before: soon at first, since most faults pass, then
/// twice as long each time.
constexpr milliseconds pause_after(std::uint64_t failures, milliseconds first, milliseconds most)
{
    return std::min<milliseconds>(first * (1LL << std::min<std::uint64_t>(failures, 20)), most);
}

/// When a deployment that failed so often in a row, by what may pass, is tried again by itself.
constexpr milliseconds next_attempt_after(std::size_t failures)
{
    return pause_after(failures - 1, minutes{1}, hours{1});
}

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
