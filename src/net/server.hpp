#pragma once

#include "net/address.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

struct ServerOptions {
    std::size_t body_limit = 1U << 20U;  ///< Beyond it: 413, before the body is read.
    /// Bodies beyond it, and those of unknown length, are few at once, each from its first byte to
    /// its answer; others wait for `body_wait`, then 503. So memory is bounded whoever sends.
    std::size_t small_limit = 64U << 10U;
    std::size_t bodies_at_once = 24;
    milliseconds body_wait = seconds{5};
    /// Paths, exactly as sent, that take larger bodies of known length, up to `large_limit`; of
    /// them fewer still.
    std::vector<std::string> large_paths;
    std::size_t large_limit = 25U << 20U;
    std::size_t large_at_once = 4;
    std::size_t head_limit = 16U << 10U;  ///< Beyond it: 431.
    /// When so many are here and another one comes, whoever lets us wait for longest has to go.
    std::size_t max_connections = 512;
    milliseconds head_timeout = seconds{10};
    milliseconds body_timeout = seconds{20};
    milliseconds idle_timeout = seconds{60};   ///< Between requests of one connection.
    milliseconds write_timeout = seconds{30};  ///< For the client to take one piece.
    milliseconds stop_grace = seconds{5};  ///< What requests under way get when the server stops.
    /// Told of each exception that left a handler, with "GET /path" (no query: it may hold
    /// secrets). The client sees a bare 500.
    std::function<void(std::string_view asked, std::string_view what)> on_exception;
};

/// An HTTP/1.1 server. Strict where leniency lets requests be smuggled (RFC 9112, 11.2): one
/// Content-Length or one `chunked`, CRLF only, no folded fields, one Host.
class Server {
public:
    Server(Loop& loop, Handler handler, ServerOptions options = {});
    /// Stopped before, or never listening: `stop` must have returned.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Begins to serve at `address` (`tcp` or `local`); may be called for several.
    Result<> listen(const Address& address);
    /// The port of the first TCP address.
    std::uint16_t port() const;

    /// Takes no new visitors, tells streams to stop, waits for requests under way for
    /// `stop_grace`, then closes what is left.
    Task<> stop();

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace diorama
