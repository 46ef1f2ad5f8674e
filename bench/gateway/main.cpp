#include "socket.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace diorama::bench {

namespace {

sockaddr_in loopback(std::uint16_t port, std::uint32_t address)
{
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(address);
    return where;
}

void no_delay(int fd)
{
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

int must(int result, const char* what)
{
    if (result >= 0) return result;
    std::perror(what);
    std::exit(1);
}

int listen_on(std::uint16_t port)
{
    const int fd = must(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    no_delay(fd);
    const sockaddr_in where = loopback(port, INADDR_ANY);
    must(::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where), "bind");
    must(::listen(fd, 4096), "listen");
    return fd;
}

int connect_to(std::uint16_t port)
{
    const int fd = must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    no_delay(fd);
    const sockaddr_in where = loopback(port, INADDR_LOOPBACK);
    must(::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where), "connect");
    must(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
    return fd;
}

void watch(int epoll, int fd, void* who)
{
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = who;
    must(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

}  // namespace diorama::bench

int main(int count, char** words)
{
    using namespace diorama::bench;
    const std::map<std::string, int (*)(const std::vector<std::string>&)> programs{
        {"app",    app   },
        {"load",   load  },
        {"lookup", lookup},
        {"proxy",  proxy },
        {"relay",  relay }
    };
    std::signal(SIGPIPE, SIG_IGN);
    const auto program = programs.find(count > 1 ? words[1] : "");
    if (program == programs.end()) {
        std::fputs("gateway_bench app|load|lookup|proxy|relay ...: see run.py\n", stderr);
        return 2;
    }
    return program->second({words + 2, words + count});
}
