#include "net/socket_address.hpp"

#include <cctype>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <system_error>

namespace diorama {

namespace {

Result<std::vector<SocketAddress>> local_endpoint(const Address& address)
{
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (address.path.empty() || address.path.size() >= sizeof name.sun_path) {
        return Error{
            Code::invalid,
            fmt::format("'{}' cannot be the path of a unix socket", address.path),
            fmt::format("Choose a path of 1 to {} bytes.", sizeof name.sun_path - 1)
        };
    }
    address.path.copy(name.sun_path, address.path.size());
    SocketAddress endpoint{.size = sizeof name};
    std::memcpy(&endpoint.storage, &name, sizeof name);
    return std::vector{endpoint};
}

}  // namespace

Result<std::vector<SocketAddress>> resolve(const Address& address, bool numeric)
{
    if (address.kind == Address::Kind::local) return local_endpoint(address);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0);
    addrinfo* found = nullptr;
    const auto port = std::to_string(address.port);
    if (const int error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
        error != 0) {
        return Error{
            numeric ? Code::invalid : Code::unavailable,
            fmt::format("cannot find the host '{}': {}", address.host, ::gai_strerror(error)),
            "Correct the address, or mend name resolution on this machine."
        };
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::vector<SocketAddress> endpoints;
    for (const auto* at = found; at != nullptr; at = at->ai_next) {
        SocketAddress endpoint{.size = at->ai_addrlen};
        std::memcpy(&endpoint.storage, at->ai_addr, at->ai_addrlen);
        endpoints.push_back(endpoint);
    }
    return endpoints;
}

int open_socket(int family)
{
    const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
    if (family != AF_UNIX) {
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return fd;
}

std::string reason(int number)
{
    std::string words = std::generic_category().message(number);
    if (!words.empty())
        words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    return words;
}

Error closed_here()
{
    return {Code::cancelled, "the connection was closed on this side", ""};
}

}  // namespace diorama
