#pragma once

#include "api/context.hpp"

#include <span>

namespace diorama::api {

/// One way to ask. There is none without a right (SECURITY rule 5): the door checks it before the
/// handler runs.
struct Endpoint {
    std::string_view method;
    std::string_view path;  ///< `{name}` stands for one segment.
    Right right;
    Handle handle;
    std::string_view summary;
};

/// The whole API.
std::span<const Endpoint> endpoints();

/// Answers everything: routing, authentication, the right, accidents.
Handler handler(Context& context);

}  // namespace diorama::api
