#include "socket.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace diorama::bench {

namespace {

/// A client that asks again as soon as it was answered.
struct Asker {
    int fd = -1;
    std::size_t turn = 0;
    std::size_t left = 0;  ///< Bytes of the answer still to come; 0: its head is awaited.
};

/// What a browser sends along when it asks for a page's parts.
constexpr const char* browser_fields =
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Referer: http://shop.example.test/items?page=2\r\n"
    "Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Cache-Control: no-cache\r\n"
    "Pragma: no-cache\r\n\r\n";

struct Load {
    std::vector<std::string> requests;  ///< Taken in turn.
    long to_send = 0;
    long to_come = 0;
};

[[noreturn]] void fail(const char* what)
{
    std::fprintf(stderr, "load: %s\n", what);
    std::exit(1);
}

void ask(Load& load, Asker& asker)
{
    if (load.to_send == 0) return;
    --load.to_send;
    const std::string& request = load.requests[asker.turn++ % load.requests.size()];
    if (::send(asker.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
        fail("a request could not be sent at once");
}

/// The bytes of the whole answer whose head is at the front of `text`.
std::size_t size_of(std::string_view text)
{
    const std::size_t end = text.find("\r\n\r\n");
    const std::size_t length = text.find("Content-Length: ");
    if (!text.starts_with("HTTP/1.1 200") || end == text.npos || length > end)
        fail("an answer was not the one expected");
    return end + 4 + std::strtoul(text.data() + length + 16, nullptr, 10);
}

void hear(Load& load, Asker& asker, std::array<char, 1 << 18>& buffer)
{
    for (;;) {
        const ssize_t got = ::recv(asker.fd, buffer.data(), buffer.size(), 0);
        if (got == 0) fail("a connection was closed");
        if (got < 0) return;
        const auto bytes = static_cast<std::size_t>(got);
        if (asker.left == 0) asker.left = size_of({buffer.data(), bytes});
        if (bytes > asker.left) fail("an answer was too long");
        asker.left -= bytes;
        if (asker.left == 0) {
            --load.to_come;
            ask(load, asker);
        }
        if (bytes < buffer.size()) return;
    }
}

}  // namespace

/// load PORT CONNECTIONS REQUESTS HOSTS PATH: prints the requests per second.
int load(const std::vector<std::string>& arguments)
{
    const auto port = static_cast<std::uint16_t>(std::stoi(arguments.at(0)));
    std::vector<Asker> askers(std::stoul(arguments.at(1)));
    Load load;
    load.to_send = load.to_come = std::stol(arguments.at(2));
    const int hosts = std::stoi(arguments.at(3));
    for (int i = 0; i < hosts; ++i)
        load.requests.push_back(
            "GET " + arguments.at(4) + " HTTP/1.1\r\nHost: pr-" + std::to_string(i) +
            "-shop.example.test\r\n" + browser_fields
        );

    const int epoll = must(::epoll_create1(EPOLL_CLOEXEC), "epoll");
    for (std::size_t i = 0; i < askers.size(); ++i) {
        askers[i].fd = connect_to(port);
        askers[i].turn = i * 7;
        watch(epoll, askers[i].fd, &askers[i]);
    }
    const auto begin = std::chrono::steady_clock::now();
    const long all = load.to_come;
    for (Asker& asker : askers)
        ask(load, asker);
    const auto buffer = std::make_unique<std::array<char, 1 << 18>>();
    std::array<epoll_event, 256> events;
    while (load.to_come > 0) {
        const int count =
            ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 10'000);
        if (count == 0) fail("nothing came for ten seconds");
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if ((event.events & EPOLLIN) != 0)
                hear(load, *static_cast<Asker*>(event.data.ptr), *buffer);
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.0f\n", static_cast<double>(all) / took.count());
    return 0;
}

}  // namespace diorama::bench
