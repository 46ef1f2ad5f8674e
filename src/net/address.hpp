#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace diorama {

/// Where a server listens or a client connects.
struct Address {
    enum class Kind { tcp, tls, local };

    Kind kind = Kind::tcp;
    std::string host;        ///< A name or an IP address without brackets; not for `local`.
    std::uint16_t port = 0;  ///< 0 lets the kernel choose when listening.
    std::string path;        ///< Of the unix socket; `local` only.

    static Address tcp(std::string host, std::uint16_t port);
    static Address local(std::string path);

    /// `unix:///path`, `tcp://host:port`, `http://host[:port]`, `https://host[:port]` (a path after
    /// the authority is dropped), `host:port` or `[v6]:port`. `invalid` for anything else.
    static Result<Address> parse(std::string_view text);

    /// "/var/run/docker.sock", "127.0.0.1:80" or "[::1]:80".
    std::string text() const;

    friend bool operator==(const Address&, const Address&) = default;
};

}  // namespace diorama
