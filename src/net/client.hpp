#pragma once

#include "net/address.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>

namespace diorama {

/// An HTTP/1.1 client of one server, over TCP, TLS or a unix socket. Keeps a few idle connections
/// and uses them again. Must outlive the streams it gave out.
///
/// Errors: `unavailable` (no answer, or none that can be read), `forbidden` (the socket may not be
/// opened), `timed_out`, `cancelled`, `too_many` (the answer is larger than allowed). Any status is
/// an answer, not an error.
class Client {
public:
    struct Options {
        std::stop_token stop = {};           ///< Asked: the connection is closed at once.
        milliseconds timeout = seconds{30};  ///< For the whole answer; for its head when streaming.
        std::size_t body_limit = 16U << 20U;
        bool streaming = false;  ///< Leave the body to `Response::stream`, of any length.
    };

    /// `trust` matters to `tls` only; the system's authorities unless given.
    Client(Loop& loop, Address address, std::optional<TlsTrust> trust = std::nullopt);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Task<Result<Response>> send(Request request, Options options);
    Task<Result<Response>> send(Request request);

    /// Sends `request` with `Upgrade: protocol` and gives the bare connection once the server
    /// agreed (101); `conflict` with the server's words when it did not.
    Task<Result<std::unique_ptr<Stream>>>
    upgrade(Request request, std::string protocol, Options options);

    const Address& address() const;

private:
    struct Core;
    std::shared_ptr<Core> core_;
};

}  // namespace diorama
