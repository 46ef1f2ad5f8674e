#pragma once

#include "model/environment.hpp"
#include "model/inventory.hpp"
#include "model/route.hpp"
#include "store/hosts.hpp"

#include <vector>

namespace diorama {

/// What the routes of one environment are made of.
struct Routed {
    Environment environment;
    std::vector<hosts::Claim> claims;
    std::vector<Instance> instances;
};

/// Every way in: each claimed address leads to the instances of its service, or, while none
/// serves or all sleep, to a page that says what is happening. Pure; the same facts give the same
/// table.
std::vector<Route> routes_for(const std::vector<Routed>& environments);

/// Ways to Diorama itself: each of `paths` and nothing else of `host` leads to `to`. Their
/// environment is empty.
std::vector<Route>
own_routes(const std::string& host, const std::vector<std::string>& paths, const Upstream& to);

/// The facts of all environments that are not gone.
std::vector<Routed> read_routed(Tx& tx);

}  // namespace diorama
