#include "routing/routes.hpp"

#include "store/environments.hpp"
#include "store/instances.hpp"

#include <unordered_map>

namespace diorama {

namespace {

/// Whether a visit to it brings it back: what sleeps, unless it is on its way out.
bool wakes(const Environment& environment)
{
    const bool stays = environment.state == State::ready || environment.state == State::asleep ||
                       environment.state == State::updating;
    return stays && is_asleep(environment.presence);
}

Route route_for(const Routed& routed, const hosts::Claim& claim)
{
    const Environment& environment = routed.environment;
    Route route{
        .host = claim.host,
        .path = claim.path,
        .strip = claim.path != "/",
        .environment = environment.id,
        .generation = environment.serving,
        .service = claim.service,
        .state = environment.state,
        .wakes = wakes(environment)
    };
    // What sleeps is sent nobody, whatever became of an update.
    if (environment.presence != Presence::awake) return route;
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

std::vector<Route>
own_routes(const std::string& host, const std::vector<std::string>& paths, const Upstream& to)
{
    std::vector<Route> routes;
    routes.reserve(paths.size());
    for (const std::string& path : paths)
        routes.push_back({.host = host, .path = path, .upstreams = {to}});
    return routes;
}

std::vector<Routed> read_routed(Tx& tx)
{
    std::vector<Routed> all;
    std::unordered_map<EnvironmentId, std::size_t> places;
    for (Environment& environment : environments::all_live(tx)) {
        places.emplace(environment.id, all.size());
        all.push_back({.environment = std::move(environment)});
    }
    // Three statements for all, not two for each: ten thousand environments are read in the time
    // of a few.
    for (hosts::Claim& claim : hosts::list_all(tx)) {
        const auto place = places.find(claim.environment);
        if (place != places.end()) all[place->second].claims.push_back(std::move(claim));
    }
    for (Instance& instance : instances::list_all(tx)) {
        const auto place = places.find(instance.environment);
        if (place != places.end()) all[place->second].instances.push_back(std::move(instance));
    }
    return all;
}

}  // namespace diorama
