#pragma once

#include "gateway/address.hpp"
#include "gateway/head.hpp"

#include <span>
#include <string>
#include <string_view>

namespace diorama::gateway {

/// What the gateway vouches for about a client: composed once per connection.
struct Origin {
    Origin(const Address& client, std::uint16_t listened_on, bool believed);

    bool trusted;         ///< A proxy of ours, whose X-Forwarded-* are believed.
    std::string address;  ///< Of the client.
    std::string lines;    ///< The fields that are the same for all its requests.
    std::string node;     ///< The client as Forwarded writes it (RFC 7239 section 6).
    std::string port;
};

/// Writes the request as the upstream shall see it: `path` in place of the target's, the fields
/// that end here left out, the client's own forwarding fields replaced by ours. Returns its bytes.
///
/// `text` is what was parsed into `head`; `stripped` the prefix taken off, or empty. `into` must
/// hold the head, `stripped` and `forward_room` bytes more.
std::size_t forward_request(
    std::span<char> into,
    std::string_view text,
    const RequestHead& head,
    const Origin& origin,
    std::string_view stripped
);

/// Writes the answer's head as the client shall see it. `last`: this connection ends behind it.
std::size_t
forward_response(std::span<char> into, std::string_view text, const ResponseHead& head, bool last);

/// True when `forward_response` would change nothing but what a byte can mend.
bool passes_unchanged(const ResponseHead& head, bool last);

/// How much longer a head may get: two host names, addresses and the fields' own names.
inline constexpr std::size_t forward_room = 4 * 1024;

}  // namespace diorama::gateway
