#pragma once

#include "api/context.hpp"
#include "net/sse.hpp"

#include <functional>

namespace diorama::api {

/// Whether the client asked for server-sent events.
bool wants_stream(const Request& request);

/// An event stream of what `producer` sends about `resource`, for as long as the token that asked
/// for it still opens it: it is looked at again every `token_period` (SECURITY rule 5, SEC-31).
/// `producer` ends soon after its sink's `stop`.
Response guarded_stream(
    Context& context,
    const Call& call,
    Resource resource,
    std::function<Task<>(EventSink&)> producer
);

inline constexpr seconds token_period{2};

}  // namespace diorama::api
