#include "socket.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace diorama::bench {

namespace {

struct Pair;

struct Side {
    int fd = -1;
    Pair* pair = nullptr;
    int number = 0;
};

/// The bytes on their way from one side to the other.
struct Way {
    std::array<int, 2> pipe{};
    ssize_t inside = 0;
};

/// A client and the upstream its bytes go to, unread.
struct Pair {
    std::array<Side, 2> sides;
    std::array<Way, 2> ways;  ///< From side 0, from side 1.
    bool dead = false;
};

constexpr unsigned splice_flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

/// Moves what there is from side `from` to the other; false when the connection is over.
bool move(Pair& pair, int from)
{
    Way& way = pair.ways[static_cast<std::size_t>(from)];
    const int in = pair.sides[static_cast<std::size_t>(from)].fd;
    const int out = pair.sides[static_cast<std::size_t>(1 - from)].fd;
    for (;;) {
        while (way.inside > 0) {
            const ssize_t sent = ::splice(
                way.pipe[0],
                nullptr,
                out,
                nullptr,
                static_cast<std::size_t>(way.inside),
                splice_flags
            );
            if (sent < 0) return errno == EAGAIN;
            way.inside -= sent;
        }
        const ssize_t got = ::splice(in, nullptr, way.pipe[1], nullptr, 1 << 20, splice_flags);
        if (got == 0) return false;
        if (got < 0) return errno == EAGAIN;
        way.inside = got;
    }
}

void welcome(int epoll, int client, std::uint16_t upstream)
{
    auto* pair = new Pair;
    pair->sides[0] = {client, pair, 0};
    pair->sides[1] = {connect_to(upstream), pair, 1};
    for (Way& way : pair->ways) {
        must(::pipe2(way.pipe.data(), O_NONBLOCK | O_CLOEXEC), "pipe");
        ::fcntl(way.pipe[0], F_SETPIPE_SZ, 1 << 18);
    }
    for (Side& side : pair->sides)
        watch(epoll, side.fd, &side);
}

void part(Pair& pair)
{
    pair.dead = true;
    for (const Side& side : pair.sides)
        ::close(side.fd);
    for (const Way& way : pair.ways)
        for (const int end : way.pipe)
            ::close(end);
}

void handle(const epoll_event& event, std::vector<Pair*>& dead)
{
    const Side& side = *static_cast<Side*>(event.data.ptr);
    Pair& pair = *side.pair;
    if (pair.dead) return;
    bool alive = true;
    if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
        alive = move(pair, side.number);
    const bool waiting = pair.ways[static_cast<std::size_t>(1 - side.number)].inside > 0;
    if (alive && waiting && (event.events & EPOLLOUT) != 0) alive = move(pair, 1 - side.number);
    if (alive) return;
    part(pair);
    dead.push_back(&pair);
}

}  // namespace

/// relay PORT UPSTREAM_PORT: carries bytes with splice(2), reading none: the floor for any proxy.
int relay(const std::vector<std::string>& arguments)
{
    const int listener = listen_on(static_cast<std::uint16_t>(std::stoi(arguments.at(0))));
    const auto upstream = static_cast<std::uint16_t>(std::stoi(arguments.at(1)));
    const int epoll = must(::epoll_create1(EPOLL_CLOEXEC), "epoll");
    watch(epoll, listener, nullptr);
    std::array<epoll_event, 256> events;
    std::vector<Pair*> dead;
    for (;;) {
        const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr != nullptr) {
                handle(event, dead);
                continue;
            }
            for (int fd; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;)
                welcome(epoll, fd, upstream);
        }
        for (const Pair* pair : dead)
            delete pair;
        dead.clear();
    }
}

}  // namespace diorama::bench
