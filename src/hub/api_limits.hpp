#pragma once

#include "hub/api.hpp"

/// GitHub's limits, and answers that went wrong on purpose. The hub's own.
namespace diorama::hub::api {

/// Counts the request; the answer when it is over a limit, or when a fault stands in its place.
std::optional<Response> limited(
    World& world,
    const std::string& login,
    const Request& request,
    const std::optional<ApiFault>& fault
);

/// What the fault makes of an answer.
void spoil(const ApiFault& fault, const Request& request, Response& response);

/// X-RateLimit-* and what else every answer of GitHub carries.
void add_headers(World& world, const std::string& login, Response& response);

/// The `rate` of GET /rate_limit.
Node rate(World& world, const std::string& login);

}  // namespace diorama::hub::api
