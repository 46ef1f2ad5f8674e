#include "socket.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace diorama::bench {

namespace {

std::string answer_of(std::size_t size)
{
    return "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nServer: app\r\n"
           "Content-Type: text/html; charset=utf-8\r\nCache-Control: private, max-age=0\r\n"
           "ETag: \"33a64df551425fcc55e4d42a148795d9\"\r\nVary: Accept-Encoding\r\n"
           "X-Request-Id: 6f1c2f4e-5b1d-4e4e-9d0a-2f0c5e0e8a11\r\n"
           "Content-Length: " +
           std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
}

struct Guest {
    int fd;
    std::string_view left;  ///< Of the answer under way.
};

void send_rest(Guest& guest)
{
    while (!guest.left.empty()) {
        const ssize_t sent = ::send(guest.fd, guest.left.data(), guest.left.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        guest.left.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// One request at a time on a connection, as the proxies here send them; false when it closed.
bool serve(Guest& guest, std::string_view small, std::string_view large)
{
    std::array<char, 16384> request;
    for (;;) {
        const ssize_t got = ::recv(guest.fd, request.data(), request.size(), 0);
        if (got == 0) return false;
        if (got < 0) break;
        const std::string_view text(request.data(), static_cast<std::size_t>(got));
        if (!text.ends_with("\r\n\r\n")) continue;
        guest.left = text.starts_with("GET /1m") ? large : small;
        send_rest(guest);
        if (text.size() < request.size()) break;
    }
    send_rest(guest);
    return true;
}

}  // namespace

/// app PORT: answers /1k and /1m on all addresses of this machine.
int app(const std::vector<std::string>& arguments)
{
    const std::string small = answer_of(1024);
    const std::string large = answer_of(1 << 20);
    const int listener = listen_on(static_cast<std::uint16_t>(std::stoi(arguments.at(0))));
    const int epoll = must(::epoll_create1(EPOLL_CLOEXEC), "epoll");
    watch(epoll, listener, nullptr);
    std::array<epoll_event, 256> events;
    for (;;) {
        const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            auto* guest = static_cast<Guest*>(events[static_cast<std::size_t>(i)].data.ptr);
            if (guest == nullptr) {
                for (int fd; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;)
                    watch(epoll, fd, new Guest{fd, {}});
            } else if (!serve(*guest, small, large)) {
                ::close(guest->fd);
                delete guest;
            }
        }
    }
}

}  // namespace diorama::bench
