#pragma once

#include "driver/facts.hpp"
#include "net/address.hpp"
#include "net/loop.hpp"

#include <filesystem>

namespace diorama {

/// Where to look, besides the Engine.
struct Site {
    std::string range;           ///< Of scenes, CIDR.
    std::filesystem::path data;  ///< Diorama's folder, there already or not.
    /// What will listen where; nothing when it does already.
    std::vector<std::pair<std::string, Address>> ports;
    Machine::Filter filter;
};

/// Asks the Engine, the disks, /proc, the kernel for the ports, nft and git. What does not answer
/// is part of the answer.
Task<Machine> look_at_machine(Loop& loop, docker::Engine& engine, Site site);

/// The routes of this machine, as `routes_of` reads them.
std::vector<std::string> host_routes(std::string_view bridges);

/// The routes of /proc/net/route as CIDR, less default routes and interfaces that begin with
/// `bridges`.
std::vector<std::string> routes_of(std::string_view proc_net_route, std::string_view bridges);

}  // namespace diorama
