#include "routing/wake_asks.hpp"

#include <utility>

namespace diorama {

Task<std::vector<EnvironmentId>> WakeAsks::take(std::stop_token stop)
{
    while (asked_.empty()) {
        const bool came = co_await came_.wait(stop);
        if (!came) co_return std::vector<EnvironmentId>{};
    }
    const auto all = std::exchange(asked_, {});
    co_return std::vector<EnvironmentId>(all.begin(), all.end());
}

}  // namespace diorama
