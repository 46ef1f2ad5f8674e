#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "model/route.hpp"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace diorama {

/// Who serves the routes: the embedded gateway, or a proxy the owner has already. Given the whole
/// table each time; between two tables nothing is ever half switched.
class Router {
public:
    virtual ~Router() = default;

    /// Takes `snapshot` in place of what it had. An older epoch than the newest is ignored.
    virtual void publish(RouteSnapshot snapshot) = 0;

    /// Returns when every gateway uses epoch `epoch` or a newer one: the next request meets it.
    virtual Task<Result<>> in_force(std::uint64_t epoch, std::stop_token stop) = 0;

    /// Returns when every gateway uses epoch `epoch` or a newer one, and no request is under way
    /// on an upstream that only older ones named: then what stood there may go. A request that
    /// does not end is waited for only so long.
    virtual Task<Result<>> settled(std::uint64_t epoch, std::stop_token stop) = 0;

    /// Who was visited since this was last asked, and when (F14).
    virtual std::vector<Visit> visits() = 0;

    /// Returns the environments at whose door somebody waits, each once, as soon as there is one;
    /// none when `stop` is asked. One that is not awake a second later is named again while
    /// somebody still waits, so that an ask may be lost. For one caller at a time.
    virtual Task<std::vector<EnvironmentId>> wake_asks(std::stop_token stop) = 0;
};

}  // namespace diorama
