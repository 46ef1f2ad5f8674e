#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace diorama::gateway {

/// An IPv4 or IPv6 address with a port, as the kernel wants it.
class Address {
public:
    Address() = default;
    /// Nothing when `host` is not an address in figures: the gateway resolves no names.
    static std::optional<Address> parse(const std::string& host, std::uint16_t port);
    /// The local end of a socket.
    static Address local(int fd);

    int family() const { return storage_.ss_family; }
    const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
    socklen_t size() const;
    std::uint16_t port() const;
    /// The host alone: "10.0.0.7", "fd00::7". An IPv4 address in IPv6 clothes is given plainly.
    std::string host() const;
    /// 16 bytes, IPv4 mapped into IPv6, so that both compare alike.
    std::array<std::uint8_t, 16> bytes() const;

private:
    sockaddr_storage storage_{};
};

/// A range of addresses, "10.0.0.0/8" or a single one.
class Network {
public:
    static std::optional<Network> parse(std::string_view text);
    bool contains(const Address& address) const;

private:
    std::array<std::uint8_t, 16> base_{};
    int bits_ = 128;
};

}  // namespace diorama::gateway
