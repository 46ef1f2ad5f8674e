#include "engine/addresses.hpp"

#include <algorithm>

namespace diorama {

namespace {

bool is_same_place(const hosts::Claim& one, const hosts::Claim& other)
{
    return one.host == other.host && one.path == other.path;
}

bool is_routed(const Plan& plan, const std::string& name)
{
    const Service* service = plan.find(name);
    return service && service->routed;
}

/// The routed services, the main one first: nobody else gets its address.
std::vector<const Service*> routed_services(const Plan& plan)
{
    std::vector<const Service*> routed;
    for (const Service& service : plan.services) {
        if (!service.routed) continue;
        routed.insert(service.name == plan.main ? routed.begin() : routed.end(), &service);
    }
    return routed;
}

}  // namespace

Result<Addresses> reserve_addresses(
    Tx& tx,
    const EngineSettings& settings,
    const Project& project,
    const Environment& environment,
    const Plan& plan,
    Instant now
)
{
    Addresses chosen;
    for (const Service* service : routed_services(plan)) {
        const bool is_main = service->name == plan.main;
        const AddressTaken taken = [&](const PublicAddress& wanted) -> bool {
            const hosts::Claim claim{.host = wanted.host, .path = wanted.path};
            const auto rival = [&](const hosts::Claim& each) {
                return is_same_place(each, claim) && each.service != service->name;
            };
            if (std::ranges::any_of(chosen.claims, rival)) return true;
            const auto owner = hosts::find(tx, wanted.host, wanted.path);
            if (!owner) return false;
            if (owner->environment != environment.id) return true;
            return !is_main && owner->service != service->name && is_routed(plan, owner->service);
        };
        for (const Shape shape : settings.shapes) {
            const Endpoint endpoint{project, environment, service->name, is_main};
            const auto where = diorama::address(shape, endpoint, settings.domain, taken);
            if (!where) continue;
            const hosts::Claim claim{where->host, where->path, environment.id, service->name};
            if (!hosts::find(tx, claim.host, claim.path)) {
                const auto claimed = hosts::claim(tx, claim, now);
                if (!claimed) return claimed.error();
            }
            chosen.claims.push_back(claim);
            chosen.shown.emplace(service->name, *where);
        }
    }
    return chosen;
}

std::optional<PublicAddress>
expected_address(Tx& tx, const EngineSettings& settings, const Endpoint& endpoint)
{
    const Shape shape = settings.shapes.front();
    const bool names_service = shape == Shape::prevant || shape == Shape::preview_cloud;
    if (names_service && endpoint.service.empty()) return std::nullopt;
    const AddressTaken taken = [&](const PublicAddress& wanted) -> bool {
        const auto owner = hosts::find(tx, wanted.host, wanted.path);
        if (!owner) return false;
        if (owner->environment != endpoint.environment.id) return true;
        return !endpoint.main && owner->service != endpoint.service;
    };
    return address(shape, endpoint, settings.domain, taken);
}

Result<> move_addresses(
    Tx& tx, EnvironmentId environment, const std::vector<hosts::Claim>& claims, Instant now
)
{
    for (const hosts::Claim& old : hosts::of_environment(tx, environment)) {
        const auto same = [&](const hosts::Claim& each) { return is_same_place(each, old); };
        if (std::ranges::none_of(claims, same)) hosts::release(tx, old);
    }
    for (const hosts::Claim& claim : claims) {
        const auto moved = hosts::claim(tx, claim, now);
        if (!moved) return moved.error();
    }
    return ok();
}

}  // namespace diorama
