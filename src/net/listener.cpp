#include "net/loop_descriptor.hpp"
#include "net/socket.hpp"
#include "net/socket_address.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace diorama {

namespace {

Error cannot_listen(const Address& address, int number)
{
    const auto message = fmt::format("cannot listen on {}: {}", address.text(), reason(number));
    if (number == EADDRINUSE)
        return {Code::conflict, message, "Stop what listens there, or choose another address."};
    if (number == EACCES)
        return {Code::forbidden, message, "Choose a port above 1023 or a folder you may write to."};
    return {Code::unavailable, message, "Choose another address."};
}

/// A socket file outlives the process that made it. It may go when nobody answers behind it.
void remove_dead_socket(const SocketAddress& endpoint, const std::string& path)
{
    struct stat seen{};
    if (::lstat(path.c_str(), &seen) != 0 || !S_ISSOCK(seen.st_mode)) return;
    const int probe = open_socket(AF_UNIX);
    const bool dead = ::connect(probe, endpoint.get(), endpoint.size) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    if (dead) ::unlink(path.c_str());
}

/// 0, or the error number.
int bind_and_listen(int fd, const SocketAddress& endpoint, const Address& address)
{
    if (endpoint.family() == AF_UNIX) {
        remove_dead_socket(endpoint, address.path);
        const auto before = ::umask(0117);
        const int bound = ::bind(fd, endpoint.get(), endpoint.size);
        const int error = errno;
        ::umask(before);
        if (bound != 0) return error;
    } else {
        const int on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(fd, endpoint.get(), endpoint.size) != 0) return errno;
    }
    return ::listen(fd, SOMAXCONN) == 0 ? 0 : errno;
}

std::string peer_text(const sockaddr_storage& peer)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* raw = nullptr;
    if (peer.ss_family == AF_INET) raw = &reinterpret_cast<const sockaddr_in&>(peer).sin_addr;
    if (peer.ss_family == AF_INET6) raw = &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    if (raw == nullptr) return "local";
    return ::inet_ntop(peer.ss_family, raw, text.data(), text.size());
}

/// Errors of one visitor, not of the listener: accept(2) says to try again.
bool passes(int error)
{
    return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN ||
           error == EHOSTUNREACH;
}

bool is_exhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Listener::Listener(Loop& loop, std::unique_ptr<LoopDescriptor> descriptor, std::string path)
    : loop_(loop),
      descriptor_(std::move(descriptor)),
      path_(std::move(path))
{}

Listener::~Listener()
{
    close();
}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address)
{
    if (address.kind == Address::Kind::tls)
        return Error{Code::invalid, "this server speaks no TLS", "Put the gateway in front of it."};
    Address numeric = address;
    if (numeric.host == "localhost") numeric.host = "127.0.0.1";
    const auto endpoints = resolve(numeric, true);
    if (!endpoints) return endpoints.error();
    const SocketAddress& endpoint = endpoints->front();
    auto descriptor = std::make_unique<LoopDescriptor>(loop, open_socket(endpoint.family()));
    if (const int error = bind_and_listen(descriptor->fd(), endpoint, address); error != 0)
        return cannot_listen(address, error);
    return std::unique_ptr<Listener>(new Listener(loop, std::move(descriptor), address.path));
}

Task<Result<Listener::Peer>> Listener::accept()
{
    for (;;) {
        if (descriptor_->fd() < 0) co_return closed_here();
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        const int fd = ::accept4(
            descriptor_->fd(),
            reinterpret_cast<sockaddr*>(&peer),
            &size,
            SOCK_NONBLOCK | SOCK_CLOEXEC
        );
        if (fd >= 0) co_return Peer{socket_stream(loop_, fd), peer_text(peer)};
        if (passes(errno)) continue;
        if (is_exhausted(errno)) {
            co_await sleep(loop_, milliseconds{50});
            continue;
        }
        if (errno != EAGAIN) throw std::system_error(errno, std::generic_category(), "accept");
        co_await descriptor_->readable();
    }
}

void Listener::close()
{
    if (descriptor_->fd() < 0) return;
    descriptor_->close();
    if (!path_.empty()) ::unlink(path_.c_str());
}

std::uint16_t Listener::port() const
{
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    ::getsockname(descriptor_->fd(), reinterpret_cast<sockaddr*>(&own), &size);
    if (own.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(own).sin_port);
    if (own.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(own).sin6_port);
    return 0;
}

}  // namespace diorama
