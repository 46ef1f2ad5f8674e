#include "net/socket.hpp"

#include "net/loop_descriptor.hpp"
#include "net/socket_address.hpp"

#include <cerrno>

namespace diorama {

namespace {

class Socket final : public Stream {
public:
    Socket(Loop& loop, int fd) : descriptor_(loop, fd) {}

    /// 0, or the error number; ECANCELED when it was closed meanwhile.
    Task<int> connect(SocketAddress endpoint)
    {
        if (descriptor_.fd() < 0) co_return ECANCELED;
        if (::connect(descriptor_.fd(), endpoint.get(), endpoint.size) == 0) co_return 0;
        if (errno != EINPROGRESS) co_return errno;
        const bool open = co_await descriptor_.writable();
        if (!open) co_return ECANCELED;
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(descriptor_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
        co_return error;
    }

    Task<Result<std::size_t>> read(std::span<char> into) override
    {
        for (;;) {
            if (descriptor_.fd() < 0) co_return closed_here();
            const auto got = ::recv(descriptor_.fd(), into.data(), into.size(), 0);
            if (got >= 0) co_return static_cast<std::size_t>(got);
            if (errno == EINTR) continue;
            if (errno != EAGAIN) co_return Error{Code::unavailable, "read: " + reason(errno), ""};
            co_await descriptor_.readable();
        }
    }

    Task<Result<>> write(std::string_view bytes) override
    {
        while (!bytes.empty()) {
            if (descriptor_.fd() < 0) co_return closed_here();
            const auto sent = ::send(descriptor_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(sent));
                continue;
            }
            if (errno == EINTR) continue;
            if (errno != EAGAIN) co_return Error{Code::unavailable, "write: " + reason(errno), ""};
            co_await descriptor_.writable();
        }
        co_return ok();
    }

    void finish() override
    {
        if (descriptor_.fd() >= 0) ::shutdown(descriptor_.fd(), SHUT_WR);
    }

    void close() override { descriptor_.close(); }

    bool quiet() const override
    {
        char byte = 0;
        if (descriptor_.fd() < 0) return false;
        return ::recv(descriptor_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }

private:
    LoopDescriptor descriptor_;
};

Error cannot_connect(const Address& address, int number)
{
    const auto message = fmt::format("cannot connect to {}: {}", address.text(), reason(number));
    if (number == ECANCELED) return {Code::cancelled, message, ""};
    if (number == EACCES || number == EPERM) {
        return {
            Code::forbidden,
            message,
            fmt::format("Give the user who runs this the right to open {}.", address.text())
        };
    }
    return {Code::unavailable, message, "Start what listens there, or correct the address."};
}

}  // namespace

std::unique_ptr<Stream> socket_stream(Loop& loop, int fd)
{
    return std::make_unique<Socket>(loop, fd);
}

Task<Result<std::unique_ptr<Stream>>> connect(Loop& loop, Address address, std::stop_token stop)
{
    // Only names need the resolver, which blocks.
    auto endpoints = resolve(address, true);
    if (!endpoints) {
        const auto ask = [address] { return resolve(address, false); };
        endpoints = co_await blocking(loop, ask);
    }
    if (!endpoints) co_return endpoints.error();
    int error = EADDRNOTAVAIL;
    for (const SocketAddress& endpoint : *endpoints) {
        auto socket = std::make_unique<Socket>(loop, open_socket(endpoint.family()));
        const std::stop_callback on_stop(stop, [&socket] { socket->close(); });
        error = co_await socket->connect(endpoint);
        if (error == 0) co_return std::unique_ptr<Stream>(std::move(socket));
        if (error == ECANCELED) break;
    }
    co_return cannot_connect(address, error);
}

}  // namespace diorama
