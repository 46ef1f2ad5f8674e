#include "gateway/route_table.hpp"

#include "gateway/scan.hpp"

#include <algorithm>
#include <utility>

namespace diorama::gateway {

Destination::Destination(
    Route route,
    std::vector<std::shared_ptr<Backend>> backends,
    std::shared_ptr<Door> door,
    unsigned threads
)
    : backends_(std::move(backends)),
      door_(std::move(door)),
      threads_(threads),
      has_prefix_(route.path != "/"),
      lanes_(std::make_unique<Lane[]>(threads)),
      route_(std::move(route))
{}

bool Destination::busy() const
{
    for (unsigned i = 0; i < threads_; ++i)
        if (lanes_[i].under_way.value() > 0) return true;
    return false;
}

std::size_t Destination::next_replica(unsigned thread, Tick now)
{
    const std::size_t count = backends_.size();
    if (count < 2) return 0;
    const std::size_t turn = lanes_[thread].turn++;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t replica = (turn + i) % count;
        if (!backends_[replica]->pool(thread).avoided(now)) return replica;
    }
    return turn % count;
}

void RouteTable::add(Destination& destination)
{
    const Route& route = destination.route();
    destinations_.push_back(&destination);
    Host& host = host_of(route.host);
    if (!destination.has_prefix()) {
        if (host.root == nullptr) host.root = &destination;
        return;
    }
    // Never 0, so that only hosts of one route are found without a look at the path.
    const auto slashes = std::max(std::ranges::count(route.path, '/') - 1, std::ptrdiff_t{1});
    host.depth = std::max(host.depth, static_cast<std::size_t>(slashes));
    auto& paths = route.path.ends_with('/') ? host.prefixes : host.exact;
    paths.emplace(route.path, &destination);
}

RouteTable::Host& RouteTable::host_of(const std::string& name)
{
    if (2 * (hosts_.size() + 1) > places_.size()) grow();
    const std::size_t hash = Hash{}(name);
    Place& place = places_[place_of(name, hash)];
    if (place.host == none) {
        place = {hash, hosts_.size()};
        hosts_.push_back({.name = name});
    }
    return hosts_[place.host];
}

void RouteTable::grow()
{
    const auto old = std::exchange(places_, std::vector<Place>(2 * places_.size()));
    for (const Place& place : old)
        if (place.host != none) places_[place_of(hosts_[place.host].name, place.hash)] = place;
}

std::size_t RouteTable::place_of(std::string_view host, std::size_t hash) const
{
    const std::size_t last = places_.size() - 1;
    for (std::size_t at = hash & last;; at = (at + 1) & last) {
        const Place& place = places_[at];
        if (place.host == none) return at;
        if (place.hash == hash && hosts_[place.host].name == host) return at;
    }
}

RouteTable::Match RouteTable::find(std::string_view host, std::string_view path) const
{
    std::array<char, 256> small;
    if (host.size() > small.size()) return {};
    std::ranges::transform(host, small.begin(), lower);
    const std::string_view name(small.data(), host.size());
    const Place& place = places_[place_of(name, Hash{}(name))];
    if (place.host == none) return {};
    const Host& found = hosts_[place.host];
    return found.depth == 0 ? Match{found.root} : find_prefix(found, path);
}

RouteTable::Match RouteTable::find_prefix(const Host& host, std::string_view path)
{
    if (const auto exact = host.exact.find(path); exact != host.exact.end()) return {exact->second};
    Match best{host.root};
    std::size_t end = 0;
    for (std::size_t level = 0; level < host.depth; ++level) {
        const std::size_t slash = path.find('/', end + 1);
        if (slash == std::string_view::npos) {
            const auto bare = host.prefixes.find(std::string(path) + '/');
            if (bare != host.prefixes.end()) return {bare->second, true};
            break;
        }
        end = slash;
        const auto prefix = host.prefixes.find(path.substr(0, end + 1));
        if (prefix != host.prefixes.end()) best.destination = prefix->second;
    }
    return best;
}

std::size_t RouteTable::longest_search() const
{
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const Place& place : places_) {
        run = place.host == none ? 0 : run + 1;
        longest = std::max(longest, run);
    }
    for (const Host& host : hosts_)
        for (std::size_t i = 0; i < host.prefixes.bucket_count(); ++i)
            longest = std::max(longest, host.prefixes.bucket_size(i));
    return longest;
}

}  // namespace diorama::gateway
