#include "gateway/backend.hpp"

#include <doctest/doctest.h>

#include <array>
#include <sys/socket.h>
#include <vector>

using namespace diorama;
using namespace diorama::gateway;

namespace {

/// A connection in a pool, and its far end.
struct Kept {
    explicit Kept(Tick until = never)
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        peer = Fd(ends[1]);
        pool.want(true);
        pool.put_back(std::make_unique<Socket>(loop, Fd(ends[0])), 4, until);
    }

    Loop loop{milliseconds{10}};
    Pool pool;
    Fd peer;
};

}  // namespace

TEST_CASE("a kept connection is given out once")
{
    Kept kept;
    CHECK(kept.pool.take(true) != nullptr);
    CHECK(kept.pool.take(true) == nullptr);
}

TEST_CASE("who must not send twice gets no connection that ended a moment ago")
{
    Kept kept;
    kept.peer = Fd();
    // The loop has not heard of it yet, the kernel has.
    CHECK(kept.pool.take(true) == nullptr);
}

TEST_CASE(
    "a kept connection that ends, or speaks unasked, is closed as soon as the loop hears of it"
)
{
    Kept ended;
    ended.peer = Fd();
    ended.loop.turn();
    CHECK(ended.pool.take(false) == nullptr);

    Kept spoke;
    REQUIRE(::write(spoke.peer.get(), "x", 1) == 1);
    spoke.loop.turn();
    char byte = 0;
    CHECK(spoke.pool.take(false) == nullptr);
    CHECK(::read(spoke.peer.get(), &byte, 1) <= 0);
}

TEST_CASE("a connection is kept for its time, and as many as there is room for")
{
    Kept old(0);
    char last = 0;
    // The loop looks at the time when nothing happens.
    while (::read(old.peer.get(), &last, 1) < 0)
        old.loop.turn();
    CHECK(old.pool.take(false) == nullptr);

    Kept full;
    std::vector<Fd> peers;
    for (int i = 0; i < 10; ++i) {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        peers.emplace_back(ends[1]);
        full.pool.put_back(std::make_unique<Socket>(full.loop, Fd(ends[0])), 4, never);
    }
    int kept = 0;
    while (full.pool.take(false) != nullptr)
        ++kept;
    CHECK(kept == 4);
}

TEST_CASE("an upstream that is not wanted keeps nothing")
{
    Kept kept;
    kept.pool.want(false);
    kept.pool.close_if_unwanted();
    char byte = 0;
    CHECK(::read(kept.peer.get(), &byte, 1) == 0);
}
