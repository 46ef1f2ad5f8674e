#pragma once

#include "docker/engine.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// Something about the machine that `doctor` tells.
struct Fact {
    enum class Grade { good, warning, bad };

    Grade grade = Grade::good;
    std::string name;   ///< "runc"
    std::string value;  ///< "1.1.5"
    std::string fix;    ///< One sentence; empty when all is well.

    friend bool operator==(const Fact&, const Fact&) = default;
};

/// What the facts are drawn from. Plain values, asked for elsewhere.
struct Machine {
    docker::Version version;
    docker::Info info;
    std::uint64_t disk_free = 0, disk_size = 0;  ///< Bytes, where the Engine keeps its data.
    std::string range;                           ///< The configured range for scenes, CIDR.
    std::vector<std::string> routes;             ///< CIDR, of the host less those to scenes.
    std::string nft;                             ///< What `nft --version` says; empty: not there.
    bool may_filter = false;                     ///< CAP_NET_ADMIN.
};

/// One fact each, in the order in which people should mend them. Pure.
std::vector<Fact> facts(const Machine& machine);

/// Whether version `have` is below `fixed`: number by number, what follows them does not count, so
/// that Debian's 1.1.5+ds1 is 1.1.5. False when either has no number.
bool is_older(std::string_view have, std::string_view fixed);

/// The routes of /proc/net/route as CIDR, less default routes and interfaces that begin with
/// `bridges`.
std::vector<std::string> host_routes(std::string_view proc_net_route, std::string_view bridges);

/// Asks the Engine, the disk, /proc and nft. `unavailable` when the Engine does not answer.
Task<Result<Machine>> look_at_machine(
    Scheduler& scheduler, docker::Engine& engine, std::string range, std::string bridges
);

}  // namespace diorama
