#include "gateway/listener.hpp"

#include "gateway/session.hpp"
#include "gateway/shard.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace diorama::gateway {

namespace {

constexpr int queue = 4096;

std::string text(const GatewayListen& where)
{
    const bool six = where.address.find(':') != where.address.npos;
    return six ? fmt::format("[{}]:{}", where.address, where.port)
               : fmt::format("{}:{}", where.address, where.port);
}

Error failure(const GatewayListen& where, int error)
{
    const std::string what = fmt::format("listen on {}", text(where));
    switch (error) {
        case EADDRINUSE:
            return {
                Code::conflict,
                what + ": another program listens there",
                fmt::format(
                    "Stop it (`ss -ltnp 'sport = :{}'` names it) or give the gateway another port.",
                    where.port
                )
            };
        case EACCES:
            return {
                Code::forbidden,
                what + ": ports below 1024 need a privilege",
                "Give CAP_NET_BIND_SERVICE, or choose a port from 1024 on."
            };
        case EADDRNOTAVAIL:
            return {
                Code::invalid,
                what + ": this machine has no such address",
                "Choose an address that `ip address` lists, or 0.0.0.0 for all."
            };
        default: return {Code::unavailable, fmt::format("{}: {}", what, ::strerror(error)), ""};
    }
}

void set(int fd, int level, int option)
{
    const int on = 1;
    ::setsockopt(fd, level, option, &on, sizeof on);
}

Result<Fd> bound(const GatewayListen& where, bool shared)
{
    const auto address = Address::parse(where.address, where.port);
    if (!address) {
        return Error{
            Code::invalid,
            fmt::format("listen on '{}': not an IP address", where.address),
            "Give an address in figures, such as 0.0.0.0 or [::]."
        };
    }
    Fd fd(::socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return failure(where, errno);
    set(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (shared) set(fd.get(), SOL_SOCKET, SO_REUSEPORT);
    if (address->family() == AF_INET6) set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    // Accepted sockets inherit it.
    set(fd.get(), IPPROTO_TCP, TCP_NODELAY);
    if (::bind(fd.get(), address->data(), address->size()) != 0) return failure(where, errno);
    return fd;
}

}  // namespace

Result<> check_free(const GatewayListen& where)
{
    const auto fd = bound(where, false);
    if (!fd) return fd.error();
    return ok();
}

Result<Fd> open_listener(const GatewayListen& where)
{
    auto fd = bound(where, true);
    if (!fd) return fd;
    if (::listen(fd->get(), queue) != 0) return failure(where, errno);
    return fd;
}

Listener::Listener(Shard& shard, Fd socket)
    : shard_(shard),
      socket_(std::move(socket)),
      key_(shard.loop.watch(socket_.get(), *this)),
      port_(Address::local(socket_.get()).port())
{}

Listener::~Listener()
{
    shard_.loop.forget(key_);
}

void Listener::ready(std::uint32_t)
{
    accept_all();
}

void Listener::tick(Tick)
{
    if (behind_) accept_all();
}

void Listener::accept_all()
{
    for (;;) {
        behind_ = true;
        if (shard_.full()) return;
        Address client;
        socklen_t size = sizeof(sockaddr_storage);
        Fd fd(::accept4(socket_.get(), client.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd && (errno == ECONNABORTED || errno == EINTR)) continue;
        if (!fd) {
            // Anything else than an empty queue is a shortage: edges do not repeat, so ticks try
            // again.
            behind_ = errno != EAGAIN;
            return;
        }
        start_session(shard_, std::move(fd), client, port_);
    }
}

}  // namespace diorama::gateway
