#pragma once

#include "docker/engine.hpp"

#include <optional>
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
    struct Disk {
        std::string folder;
        std::uint64_t free = 0, size = 0;  ///< Bytes.
    };
    struct Port {
        std::string of;  ///< "API"
        std::string address;
        std::string trouble;  ///< Why nobody can listen there; empty: all is well.
    };
    /// The packet filter, as far as somebody looked.
    struct Filter {
        bool wanted = true;
        std::optional<Error> trouble;  ///< Why the rules do not stand.
        std::size_t put_back = 0;      ///< How often somebody had taken them away.
    };

    std::optional<Error> silent;  ///< Why the Engine does not answer; then nothing is known of it.
    docker::Version version;
    docker::Info info;
    std::vector<Disk> disks;          ///< The Engine's, then Diorama's.
    std::string range;                ///< The configured range for scenes, CIDR.
    std::vector<std::string> routes;  ///< CIDR, of the host less those to scenes.
    std::vector<Port> ports;
    std::string git, nft;     ///< What they say to --version; empty: not there.
    bool may_filter = false;  ///< CAP_NET_ADMIN.
    Filter filter;
};

/// One fact each: what is bad first, then what could be better, then what is well. Pure.
std::vector<Fact> facts(const Machine& machine);

/// Whether version `have` is below `fixed`: number by number, what follows them does not count, so
/// that Debian's 1.1.5+ds1 is 1.1.5. False when either has no number.
bool is_older(std::string_view have, std::string_view fixed);

}  // namespace diorama
