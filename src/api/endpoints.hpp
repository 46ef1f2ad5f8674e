#pragma once

#include "api/context.hpp"

#include <span>
#include <string>
#include <vector>

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

/// The paths of webhooks. Their bodies may be large (ServerOptions::large_paths).
std::vector<std::string> webhook_paths();

/// Answers everything: routing, authentication, the right, accidents.
Handler handler(Context& context);

/// Answers webhooks, and knows no other path: for a door that everybody may come to.
Handler webhook_handler(Context& context);

}  // namespace diorama::api
