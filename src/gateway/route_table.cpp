#include "gateway/route_table.hpp"

#include "gateway/scan.hpp"

#include <algorithm>

namespace diorama::gateway {

Destination::Destination(
    Route route,
    std::vector<std::shared_ptr<Backend>> backends,
    std::shared_ptr<LastUse> use,
    unsigned threads
)
    : route_(std::move(route)),
      backends_(std::move(backends)),
      use_(std::move(use)),
      threads_(threads),
      lanes_(std::make_unique<Lane[]>(threads))
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
    Host& host = hosts_[route.host];
    if (route.path == "/") {
        if (host.root == nullptr) host.root = &destination;
        return;
    }
    const auto slashes = std::ranges::count(route.path, '/') - 1;
    host.depth = std::max(host.depth, static_cast<std::size_t>(slashes));
    host.prefixes.emplace(route.path, &destination);
}

RouteTable::Match RouteTable::find(std::string_view host, std::string_view path) const
{
    std::array<char, 256> small;
    if (host.size() > small.size()) return {};
    std::ranges::transform(host, small.begin(), lower);
    const auto found = hosts_.find(std::string_view(small.data(), host.size()));
    if (found == hosts_.end()) return {};
    if (found->second.prefixes.empty()) return {found->second.root};
    return find_prefix(found->second, path);
}

RouteTable::Match RouteTable::find_prefix(const Host& host, std::string_view path)
{
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

std::size_t RouteTable::fullest_bucket() const
{
    std::size_t fullest = 0;
    const auto look = [&](const auto& map) {
        for (std::size_t i = 0; i < map.bucket_count(); ++i)
            fullest = std::max(fullest, map.bucket_size(i));
    };
    look(hosts_);
    for (const auto& [name, host] : hosts_)
        look(host.prefixes);
    return fullest;
}

}  // namespace diorama::gateway
