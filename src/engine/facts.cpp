#include "engine/facts.hpp"

#include "engine/addresses.hpp"
#include "store/hosts.hpp"
#include "store/instances.hpp"
#include "store/ports.hpp"
#include "store/projects.hpp"

#include <algorithm>
#include <map>

namespace diorama {

namespace {

using Services = std::map<std::string, ServiceFacts>;

void add_instances(Services& services, const std::vector<Instance>& instances)
{
    for (const Instance& instance : instances) {
        ServiceFacts& service = services[instance.service];
        service.image = instance.image;
        service.port = instance.port;
        service.main = instance.main;
        service.generation = instance.generation;
        service.serving = true;
        ++service.replicas;
    }
}

/// The claim in the shape people are shown, else any: an address once given stays, though the
/// configuration has another shape by now.
std::optional<PublicAddress> address_of(
    const std::vector<hosts::Claim>& claims,
    const std::string& service,
    const std::optional<PublicAddress>& expected
)
{
    std::optional<PublicAddress> found;
    for (const hosts::Claim& claim : claims) {
        if (claim.service != service) continue;
        const PublicAddress here{claim.host, claim.path};
        if (!found || here == expected) found = here;
    }
    return found;
}

/// Why something that stands has no ports.
std::string why_none(Tx& tx, const PortPool& pool, const Environment& environment)
{
    const auto next = ports::choose(tx, environment, pool);
    if (!next) return next.error().text();
    return "It was put up when there were none to be had. Its next push or diorama redeploy gets "
           "it some.";
}

void add_ports(Tx& tx, const EngineSettings& settings, EnvironmentFacts& facts)
{
    const Environment& environment = facts.environment;
    facts.ports = ports::of_environment(tx, environment.id);
    if (facts.ports || !settings.ports || environment.state == State::awaiting_approval) return;
    facts.no_ports = why_none(tx, *settings.ports, environment);
}

}  // namespace

std::string_view status_of(const ServiceFacts& service, State state)
{
    if (state == State::failed) return "failed";
    if (state == State::asleep) return "stopped";
    return service.serving ? "running" : "building";
}

Result<EnvironmentFacts>
facts_of(Tx& tx, const EngineSettings& settings, const Environment& environment)
{
    auto project = projects::find(tx, environment.identity.project);
    if (!project) return project.error();
    EnvironmentFacts facts{.environment = environment, .project = *std::move(project)};
    if (is_going(environment.state)) return facts;
    add_ports(tx, settings, facts);

    Services services;
    add_instances(services, instances::list(tx, environment.id));
    const auto claims = hosts::of_environment(tx, environment.id);
    // Before anything serves, what has an address is all that is known of the services.
    for (const hosts::Claim& claim : claims) {
        if (environment.serving == 0) services[claim.service];
    }
    for (auto& [name, service] : services) {
        service.name = name;
        const Endpoint routed{facts.project, environment, name, service.main};
        service.address = address_of(claims, name, expected_address(tx, settings, routed));
        if (service.main) facts.address = service.address;
        facts.services.push_back(service);
    }
    if (environment.serving == 0)
        facts.address = expected_address(tx, settings, {facts.project, environment, "", true});
    return facts;
}

void add_places(
    Tx& tx, const EngineSettings& settings, std::span<EnvironmentFacts> facts, Instant now
)
{
    const auto may_wait = [](const EnvironmentFacts& each) {
        const State state = each.environment.state;
        return state == State::pending || state == State::provisioning || state == State::updating;
    };
    if (std::ranges::none_of(facts, may_wait)) return;
    const auto line = places(tx, settings, now);
    for (EnvironmentFacts& each : facts) {
        const auto found = line.find(each.environment.id);
        if (found != line.end()) each.place = found->second;
    }
}

}  // namespace diorama
