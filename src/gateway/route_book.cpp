#include "gateway/route_book.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diorama::gateway {

namespace {

void note(Result<>& problem, std::string message, std::string mend)
{
    if (problem) problem = Error{Code::invalid, std::move(message), std::move(mend)};
}

}  // namespace

RouteBook::RouteBook(unsigned threads) : threads_(threads)
{
    tables_.push_back(std::make_unique<RouteTable>(0));
}

Result<> RouteBook::replace(RouteSnapshot snapshot)
{
    Result<> problem = ok();
    auto table = std::make_unique<RouteTable>(snapshot.epoch);
    decltype(destinations_) next;
    next.reserve(snapshot.routes.size());
    for (const Route& route : snapshot.routes) {
        const std::string key = route.host + route.path;
        if (route.host.empty() || !route.path.starts_with('/') || next.contains(key)) {
            note(
                problem,
                fmt::format("route '{}': no host, no path, or there twice", key),
                "Publish each host and path once."
            );
            continue;
        }
        const auto before = destinations_.find(key);
        const bool same = before != destinations_.end() && before->second->route() == route;
        auto destination = same ? std::move(before->second) : build(route, snapshot.epoch, problem);
        if (same) destinations_.erase(before);
        for (const auto& kept : destination->backends())
            backends_.at(kept->upstream()).epoch = snapshot.epoch;
        table->add(*destination);
        next.emplace(key, std::move(destination));
    }
    for (auto& [key, gone] : destinations_)
        retired_.push_back({std::move(gone), snapshot.epoch});
    destinations_ = std::move(next);
    tables_.push_back(std::move(table));
    return problem;
}

std::unique_ptr<Destination>
RouteBook::build(const Route& route, std::uint64_t epoch, Result<>& problem)
{
    std::vector<std::shared_ptr<Backend>> replicas;
    for (const Upstream& upstream : route.upstreams) {
        if (auto known = backend(upstream, epoch)) {
            replicas.push_back(std::move(known));
            continue;
        }
        note(
            problem,
            fmt::format(
                "route '{}{}': cannot reach '{}://{}:{}'",
                route.host,
                route.path,
                upstream.scheme,
                upstream.host,
                upstream.port
            ),
            "Give an IP address and a port, and http."
        );
    }
    const auto shared = door(route.environment);
    auto made = std::make_unique<Destination>(route, std::move(replicas), shared, threads_);
    shared->sleeps.store(made->wakes(), std::memory_order_relaxed);
    if (!made->wakes()) shared->bell.rest();
    return made;
}

std::shared_ptr<Backend> RouteBook::backend(const Upstream& upstream, std::uint64_t epoch)
{
    if (const auto known = backends_.find(upstream); known != backends_.end())
        return known->second.backend;
    const auto address = Address::parse(upstream.host, upstream.port);
    if (!address || upstream.port == 0 || upstream.scheme != "http") return nullptr;
    auto made = std::make_shared<Backend>(upstream, *address, threads_);
    backends_.emplace(upstream, Known{made, epoch});
    return made;
}

std::shared_ptr<Door> RouteBook::door(const EnvironmentId& environment)
{
    KnownDoor& known = doors_[environment];
    if (!known.door) known.door = std::make_shared<Door>();
    return known.door;
}

void RouteBook::forget_before(std::uint64_t acknowledged)
{
    std::erase_if(tables_, [&](const auto& table) {
        return table->epoch() < acknowledged && table != tables_.back();
    });
    std::erase_if(retired_, [&](const Retired& gone) {
        return gone.epoch <= acknowledged && !gone.destination->busy();
    });
    std::erase_if(backends_, [&](const auto& known) {
        return known.second.epoch < acknowledged && known.second.backend.use_count() == 1;
    });
}

bool RouteBook::names(const Upstream& upstream) const
{
    const auto known = backends_.find(upstream);
    return known != backends_.end() && known->second.epoch == current().epoch();
}

bool RouteBook::lingers(const Upstream& upstream) const
{
    return std::ranges::any_of(retired_, [&](const Retired& gone) {
        const auto leads_there = [&](const auto& replica) {
            return replica->upstream() == upstream;
        };
        return std::ranges::any_of(gone.destination->backends(), leads_there) &&
               gone.destination->busy();
    });
}

std::vector<Visit> RouteBook::visits()
{
    std::vector<Visit> seen;
    for (auto& [environment, known] : doors_) {
        const Instant at = known.door->use.at();
        if (at == known.reported || at == Instant{}) continue;
        known.reported = at;
        if (environment.empty()) continue;
        seen.push_back({environment, at});
    }
    std::erase_if(doors_, [](const auto& entry) { return entry.second.door.use_count() == 1; });
    return seen;
}

}  // namespace diorama::gateway
