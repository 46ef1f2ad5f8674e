#pragma once

#include "net/address.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace diorama {

class LoopDescriptor;

/// Connects to `address`; TLS on top of it is the caller's (`net/tls.hpp`). Names are resolved
/// beside the loop, and each of their addresses is tried in order.
///
/// `unavailable` when nobody answers there, `forbidden` when the socket may not be opened,
/// `cancelled` when `stop` was asked.
Task<Result<std::unique_ptr<Stream>>>
connect(Loop& loop, Address address, std::stop_token stop = {});

/// A listening socket.
class Listener {
public:
    struct Peer {
        std::unique_ptr<Stream> stream;
        std::string address;  ///< IP without port; "local" on a unix socket.
    };

    /// Names are not resolved: `host` is an IP address or "localhost". A unix socket that nobody
    /// listens on any more is replaced; the new one is open to its owner and group only (0660).
    static Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address);
    ~Listener();

    /// The next visitor; `cancelled` once closed.
    Task<Result<Peer>> accept();
    void close();
    std::uint16_t port() const;

private:
    Listener(Loop& loop, std::unique_ptr<LoopDescriptor> descriptor, std::string path);

    Loop& loop_;
    std::unique_ptr<LoopDescriptor> descriptor_;
    std::string path_;
};

}  // namespace diorama
