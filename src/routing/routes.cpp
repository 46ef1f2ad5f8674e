#include "routing/routes.hpp"

#include "store/environments.hpp"
#include "store/instances.hpp"

namespace diorama {

namespace {

Route route_for(const Routed& routed, const hosts::Claim& claim)
{
    Route route{
        .host = claim.host,
        .path = claim.path,
        .strip = claim.path != "/",
        .environment = routed.environment.id,
        .generation = routed.environment.serving,
        .service = claim.service,
        .state = routed.environment.state
    };
    for (const Instance& instance : routed.instances) {
        if (instance.service != claim.service || instance.address.empty() || instance.port == 0)
            continue;
        route.upstreams.push_back({.host = instance.address, .port = instance.port});
        route.generation = std::max(route.generation, instance.generation);
    }
    return route;
}

}  // namespace

std::vector<Route> routes_for(const std::vector<Routed>& environments)
{
    std::vector<Route> routes;
    for (const Routed& routed : environments) {
        for (const hosts::Claim& claim : routed.claims)
            routes.push_back(route_for(routed, claim));
    }
    return routes;
}

std::vector<Routed> read_routed(Tx& tx)
{
    std::vector<Routed> all;
    for (const Environment& environment : environments::all_live(tx)) {
        all.push_back(
            {environment,
             hosts::of_environment(tx, environment.id),
             instances::list(tx, environment.id)}
        );
    }
    return all;
}

}  // namespace diorama
