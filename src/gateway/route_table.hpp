#pragma once

#include "gateway/backend.hpp"
#include "gateway/counters.hpp"
#include "model/route.hpp"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace diorama::gateway {

/// When an environment was used last. Any thread writes, the control thread reads.
class LastUse {
public:
    void touch(Instant now) noexcept
    {
        const std::int64_t seen = at_.load(std::memory_order_relaxed);
        const std::int64_t at = now.time_since_epoch().count();
        // Seldom written, so that threads do not take the line from each other on each request.
        if (std::abs(at - seen) >= grain) at_.store(at, std::memory_order_relaxed);
    }
    Instant at() const noexcept
    {
        return Instant{milliseconds{at_.load(std::memory_order_relaxed)}};
    }

private:
    static constexpr std::int64_t grain = 100;

    std::atomic<std::int64_t> at_{0};
};

/// Whether somebody has asked to wake an environment already. Any thread.
class WakeBell {
public:
    /// True for who shall ask now: nobody did within the last second.
    bool ring(Tick now) noexcept
    {
        Tick rung = rung_.load(std::memory_order_relaxed);
        return now - rung >= pause &&
               rung_.compare_exchange_strong(rung, now, std::memory_order_relaxed);
    }
    /// It was awake: whoever comes next asks at once.
    void rest() noexcept { rung_.store(-pause, std::memory_order_relaxed); }

private:
    static constexpr Tick pause = 1'000;

    std::atomic<Tick> rung_{-pause};
};

/// What all ways into one environment have in common, the older ones too.
struct Door {
    LastUse use;
    WakeBell bell;
    std::atomic<bool> sleeps{false};  ///< By the newest routes.
};

/// Where a route leads: its facts, its replicas, and who is on the way to them.
///
/// Made and destroyed by the control thread, used by all. `under_way` is what keeps it alive: it
/// is destroyed only when no table names it and no request is under way.
class alignas(64) Destination {
public:
    Destination(
        Route route,
        std::vector<std::shared_ptr<Backend>> backends,
        std::shared_ptr<Door> door,
        unsigned threads
    );

    const Route& route() const { return route_; }
    /// Only a part of the host's paths is its own.
    bool has_prefix() const { return has_prefix_; }
    std::span<const std::shared_ptr<Backend>> backends() const { return backends_; }
    LastUse& use() const { return door_->use; }
    WakeBell& bell() const { return door_->bell; }
    /// The environment sleeps by now, whatever it did when somebody took this way.
    bool sleeps() const { return door_->sleeps.load(std::memory_order_relaxed); }
    /// A request may wait here: there is nothing to send it to yet, and a visit changes that.
    bool wakes() const { return backends_.empty() && route_.wakes; }

    /// Requests and tunnels of one thread.
    Gauge& under_way(unsigned thread) { return lanes_[thread].under_way; }
    /// Of all threads.
    bool busy() const;

    /// The replica to try first, in turn; those that did not answer a moment ago come last.
    std::size_t next_replica(unsigned thread, Tick now);

private:
    struct alignas(64) Lane {
        Gauge under_way;
        std::size_t turn = 0;
    };

    // What each request asks for lies together, before what few ask for.
    std::vector<std::shared_ptr<Backend>> backends_;
    std::shared_ptr<Door> door_;
    unsigned threads_;
    bool has_prefix_;
    std::unique_ptr<Lane[]> lanes_;
    Route route_;
};

/// All routes of one epoch. Immutable once built; finding is a hash of the host, and one more for
/// each level of the deepest prefix of that host, however many routes there are.
class RouteTable {
public:
    struct Match {
        Destination* destination = nullptr;
        bool lacks_slash = false;  ///< `path` is the prefix of a route without its final '/'.
    };

    explicit RouteTable(std::uint64_t epoch) : epoch_(epoch) {}

    /// Adds a route while the table is built; one that has the same host and path loses.
    void add(Destination& destination);

    /// `host` in any case, without port.
    Match find(std::string_view host, std::string_view path) const;

    /// The most entries that one step of a search may have to look at.
    std::size_t longest_search() const;

    std::uint64_t epoch() const { return epoch_; }
    std::span<Destination* const> destinations() const { return destinations_; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept
        {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Paths = std::unordered_map<std::string, Destination*, Hash, std::equal_to<>>;

    struct Host {
        std::string name;
        Destination* root = nullptr;
        std::size_t depth = 0;  ///< Most slashes in a path below, the first not counted.
        Paths prefixes;         ///< All but "/".
        Paths exact;            ///< Without a final '/'.
    };

    /// A place of the table of hosts. Whoever is not meant is told by the hash, unread: among
    /// hundreds of hosts each look is a miss of the processor's cache.
    struct Place {
        std::size_t hash = 0;
        std::size_t host = none;
    };
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    static Match find_prefix(const Host& host, std::string_view path);
    /// Where `host` is, or would be: the first free place behind the one its hash names.
    std::size_t place_of(std::string_view host, std::size_t hash) const;
    Host& host_of(const std::string& name);
    void grow();

    std::uint64_t epoch_;
    std::vector<Place> places_ = std::vector<Place>(16);  ///< A power of two, at most half taken.
    std::vector<Host> hosts_;
    std::vector<Destination*> destinations_;
};

}  // namespace diorama::gateway
