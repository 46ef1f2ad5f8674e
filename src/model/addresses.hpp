#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace diorama {

/// An IPv4 address as a number, host byte order.
struct Ipv4 {
    std::uint32_t value = 0;

    /// Dotted decimal with four parts and no leading zeros: `010.0.0.1` means two things.
    static Result<Ipv4> parse(std::string_view text);
    std::string text() const;

    friend auto operator<=>(Ipv4, Ipv4) = default;
};

/// A block of IPv4 addresses (RFC 4632), e.g. 10.213.0.0/16.
struct Subnet {
    Ipv4 address;
    int prefix = 32;

    /// Refuses bits set behind the prefix: `10.213.0.1/16` is probably a mistake.
    static Result<Subnet> parse(std::string_view text);
    std::string text() const;

    std::uint64_t size() const { return std::uint64_t{1} << (32 - prefix); }
    Ipv4 last() const { return {static_cast<std::uint32_t>(address.value + size() - 1)}; }
    bool contains(Ipv4 other) const { return address <= other && other <= last(); }
    bool overlaps(const Subnet& other) const
    {
        return contains(other.address) || other.contains(address);
    }
    /// The first usable address, which a Docker network takes for its bridge.
    Ipv4 gateway() const { return {address.value + 1}; }
    /// The n-th container's, from 0. Meaningful below `hosts()`.
    Ipv4 host(std::uint32_t n) const { return {address.value + 2 + n}; }
    /// How many containers fit: less the network, its broadcast address and the gateway.
    std::uint64_t hosts() const { return size() > 3 ? size() - 3 : 0; }

    friend auto operator<=>(const Subnet&, const Subnet&) = default;
};

/// The networks of scenes: 61 containers each.
inline constexpr int scene_prefix = 26;

/// Refuses a range that is public, holds no subnet of `prefix`, or overlaps one of `routes`: the
/// host's own routes, less those to Diorama's networks. A default route overlaps nothing.
Result<> check_range(const Subnet& range, int prefix, std::span<const Subnet> routes);

/// The lowest subnet of `prefix` in `range` that overlaps nothing in `taken` (ours) or `routes`
/// (the host's, which change while we run; one around the whole range leaves room). `too_many` when
/// all are taken.
Result<Subnet> free_subnet(
    const Subnet& range, int prefix, std::span<const Subnet> taken, std::span<const Subnet> routes
);

}  // namespace diorama
