#include "simulation/visitors.hpp"

namespace diorama::simulation {

void Visitors::come()
{
    const auto& routes = house_.router.table.routes;
    if (routes.empty()) return;
    visit(routes.at(house_.dice.below(routes.size())));
}

void Visitors::come_to_many()
{
    visited_.clear();
    const auto routes = house_.router.table.routes;
    for (const Route& route : routes) {
        if (route.environment.text().back() % 2 != 0) continue;
        visited_.insert(route.environment);
        visit(route);
    }
}

void Visitors::visit(const Route& route)
{
    const bool waits = route.upstreams.empty();
    house_.trace.say("visitor", fmt::format("{} {}", waits ? "waits at" : "sees", route.host));
    house_.router.visited.push_back({route.environment, house_.scheduler.now()});
    if (waits && route.wakes) house_.router.ask(route.environment);
}

}  // namespace diorama::simulation
