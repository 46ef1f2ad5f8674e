#pragma once

#include <cstdint>
#include <set>

namespace diorama {

/// The two ports of an environment on this machine's loopback, for a router that reaches scenes by
/// port and not by address.
struct Ports {
    std::uint16_t app = 0;
    std::uint16_t database = 0;

    friend bool operator==(const Ports&, const Ports&) = default;
};

/// From `first` to `last`, both of them included.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// Where the ports of environments are taken from. The two ranges share none.
///
/// Nobody asks here whether somebody else listens on one: that would be true for that moment only,
/// long before a router binds it, and maybe on another machine. The router is the one to say so.
struct PortPool {
    PortRange app{8000, 8999};
    PortRange database{9000, 9999};
    std::set<std::uint16_t> reserved;  ///< Never given to anybody: we listen there ourselves.
};

}  // namespace diorama
