#pragma once

#include "base/error.hpp"
#include "gateway/route_table.hpp"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace diorama::gateway {

/// The control thread's side of the routes: builds tables, and owns all they point to until no
/// thread can use it any more. What did not change between two snapshots is kept, with its
/// connections and counts.
class RouteBook {
public:
    explicit RouteBook(unsigned threads);

    /// Makes the table of `snapshot` the current one. The error names the first route or upstream
    /// that had to be left out.
    Result<> replace(RouteSnapshot snapshot);

    const RouteTable& current() const { return *tables_.back(); }

    /// All threads use the table of epoch `acknowledged` or a newer one: frees what is older and
    /// no longer under way.
    void forget_before(std::uint64_t acknowledged);

    /// The current routes lead to `upstream`.
    bool names(const Upstream& upstream) const;
    /// A request that began by earlier routes may still go there.
    bool lingers(const Upstream& upstream) const;

    /// Uses since the last call, each environment once.
    std::vector<Visit> visits();

private:
    struct Known {
        std::shared_ptr<Backend> backend;
        std::uint64_t epoch = 0;  ///< The last that names it.
    };
    struct KnownDoor {
        std::shared_ptr<Door> door;
        Instant reported;  ///< The last use that `visits` told.
    };
    struct Retired {
        std::unique_ptr<Destination> destination;
        std::uint64_t epoch = 0;  ///< The first without it.
    };

    std::unique_ptr<Destination> build(const Route& route, std::uint64_t epoch, Result<>& problem);
    std::shared_ptr<Backend> backend(const Upstream& upstream, std::uint64_t epoch);
    std::shared_ptr<Door> door(const EnvironmentId& environment);

    unsigned threads_;
    std::map<Upstream, Known> backends_;
    std::unordered_map<EnvironmentId, KnownDoor> doors_;
    std::unordered_map<std::string, std::unique_ptr<Destination>> destinations_;
    std::vector<Retired> retired_;
    std::vector<std::unique_ptr<const RouteTable>> tables_;  ///< The current one last.
};

}  // namespace diorama::gateway
