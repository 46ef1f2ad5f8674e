#include "gateway/route_book.hpp"
#include "gateway/route_table.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

using namespace diorama;
using namespace diorama::gateway;

namespace {

Route route(std::string host, std::string path = "/", std::uint16_t port = 80)
{
    Route made{.host = std::move(host), .path = std::move(path), .service = "web"};
    made.upstreams = {
        {.host = "10.0.0.1", .port = port}
    };
    return made;
}

/// The prefix of the route found, with a '!' when the request lacks its slash; "-" for none.
std::string found(const RouteBook& book, std::string_view host, std::string_view path)
{
    const auto match = book.current().find(host, path);
    if (match.destination == nullptr) return "-";
    return match.destination->route().path + (match.lacks_slash ? "!" : "");
}

}  // namespace

TEST_CASE("a host is found in any case, and the longest prefix wins")
{
    RouteBook book(1);
    REQUIRE(book.replace({
        1, {route("a.test"), route("a.test", "/x/"), route("a.test", "/x/y/z/")}
    }));
    CHECK(found(book, "A.Test", "/") == "/");
    CHECK(found(book, "a.test", "/x/") == "/x/");
    CHECK(found(book, "a.test", "/x/y/") == "/x/");
    CHECK(found(book, "a.test", "/x/y/z/w/v") == "/x/y/z/");
    CHECK(found(book, "a.test", "/xx/") == "/");
    CHECK(found(book, "a.test", "//x/") == "/");
    CHECK(found(book, "b.test", "/") == "-");
    CHECK(found(book, std::string(300, 'a'), "/") == "-");
}

TEST_CASE("a prefix asked for without its slash is recognised")
{
    RouteBook book(1);
    REQUIRE(book.replace({1, {route("a.test", "/x/y/")}}));
    CHECK(found(book, "a.test", "/x/y") == "/x/y/!");
    CHECK(found(book, "a.test", "/x") == "-");
    CHECK(found(book, "a.test", "/x/yy") == "-");
}

TEST_CASE("a path without a final slash is that very path, whatever lies beside or below it")
{
    RouteBook book(1);
    REQUIRE(book.replace({
        1,
        {route("a.test", "/hooks/git"),
          route("a.test", "/hooks/git/"),
          route("a.test", "/x"),
          route("b.test")}
    }));
    CHECK(found(book, "A.test", "/hooks/git") == "/hooks/git");
    CHECK(found(book, "a.test", "/hooks/git/") == "/hooks/git/");
    CHECK(found(book, "a.test", "/hooks/git/y") == "/hooks/git/");
    CHECK(found(book, "a.test", "/x") == "/x");
    for (const auto other : {"/", "/x/", "/x/y", "/X", "/hooks", "/hooks/", "/hooks/gi", "//x"})
        CHECK(found(book, "a.test", other) == "-");
    CHECK(found(book, "b.test", "/x") == "/");
}

TEST_CASE("ten thousand routes are found by hashing, however they are told apart")
{
    RouteBook book(1);
    RouteSnapshot all{.epoch = 1};
    for (int i = 0; i < 10'000; ++i) {
        all.routes.push_back(route(fmt::format("pr-{}.test", i)));
        all.routes.push_back(route("base.test", fmt::format("/shop/pr-{}/", i)));
    }
    REQUIRE(book.replace(all));
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(
            book.current().find(fmt::format("pr-{}.test", i), "/").destination->route() ==
            all.routes[static_cast<std::size_t>(i) * 2]
        );
        REQUIRE(
            found(book, "base.test", fmt::format("/shop/pr-{}/x", i)) ==
            fmt::format("/shop/pr-{}/", i)
        );
    }
    // Each step of a lookup is one place of a hash table, or a few beside it.
    CHECK(book.current().longest_search() < 64);
}

TEST_CASE("what did not change between two snapshots is the same object, with its connections")
{
    RouteBook book(1);
    REQUIRE(book.replace({
        1, {route("a.test"), route("b.test", "/", 81)}
    }));
    auto* const a = book.current().find("a.test", "/").destination;
    auto* const b = book.current().find("b.test", "/").destination;
    Route newer = route("b.test", "/", 81);
    newer.generation = 2;
    REQUIRE(book.replace({
        2, {route("a.test"), newer}
    }));
    CHECK(book.current().find("a.test", "/").destination == a);
    auto* const again = book.current().find("b.test", "/").destination;
    CHECK(again != b);
    CHECK(again->backends()[0] == b->backends()[0]);
}

TEST_CASE("a route that is under way stays until it is through, and so does its upstream")
{
    const Upstream old{.host = "10.0.0.1", .port = 80};
    RouteBook book(2);
    REQUIRE(book.replace({1, {route("a.test")}}));
    auto* const destination = book.current().find("a.test", "/").destination;
    destination->under_way(1).enter();
    REQUIRE(book.replace({2, {route("a.test", "/", 81)}}));
    book.forget_before(2);
    CHECK_FALSE(book.names(old));
    CHECK(book.lingers(old));
    destination->under_way(1).leave();
    CHECK_FALSE(book.lingers(old));
    book.forget_before(2);
    CHECK_FALSE(book.lingers(old));
}

TEST_CASE("a route that cannot be served is told, and does not keep the others from being served")
{
    RouteBook book(1);
    Route bad = route("bad.test");
    bad.upstreams = {
        {.host = "web", .port = 80}
    };
    const auto replaced = book.replace({
        1, {bad, route("good.test")}
    });
    REQUIRE_FALSE(replaced);
    CHECK(replaced.error().message.contains("bad.test/"));
    CHECK(replaced.error().message.contains("http://web:80"));
    CHECK(book.current().find("bad.test", "/").destination->backends().empty());
    CHECK(book.current().find("good.test", "/").destination->backends().size() == 1);

    CHECK_FALSE(book.replace({2, {route("a.test", "x/")}}));
    CHECK_FALSE(book.replace({
        3, {route("a.test"), route("a.test")}
    }));
    Route secure = route("a.test");
    secure.upstreams[0].scheme = "https";
    CHECK_FALSE(book.replace({4, {secure}}));
}

TEST_CASE("a replica that took no connection comes last until its time is over")
{
    Route made = route("a.test");
    made.upstreams.push_back({.host = "10.0.0.2", .port = 80});
    RouteBook book(1);
    REQUIRE(book.replace({1, {made}}));
    Destination& destination = *book.current().find("a.test", "/").destination;
    Pool& first = destination.backends()[0]->pool(0);
    Pool& second = destination.backends()[1]->pool(0);
    const auto turns = [&](Tick now) {
        return std::set{destination.next_replica(0, now), destination.next_replica(0, now)};
    };
    CHECK(turns(0) == std::set<std::size_t>{0, 1});
    first.avoid(100);
    CHECK(turns(99) == std::set<std::size_t>{1});
    second.avoid(200);
    // Nobody is left: each is worth a try.
    CHECK(turns(99) == std::set<std::size_t>{0, 1});
    CHECK(turns(100) == std::set<std::size_t>{0});
    CHECK(turns(200) == std::set<std::size_t>{0, 1});
}

TEST_CASE("a table that was filled names each of its hosts and no other")
{
    for (const int count : {1, 7, 8, 9, 100}) {
        RouteBook book(1);
        RouteSnapshot all{.epoch = 1};
        for (int i = 0; i < count; ++i)
            all.routes.push_back(route(fmt::format("h{}.test", i), "/", 80));
        REQUIRE(book.replace(all));
        for (int i = 0; i < 2 * count; ++i) {
            const auto match = book.current().find(fmt::format("h{}.test", i), "/");
            REQUIRE((match.destination != nullptr) == (i < count));
            if (i < count)
                REQUIRE(match.destination->route() == all.routes[static_cast<std::size_t>(i)]);
        }
    }
}

TEST_CASE("of all who come to a scene that sleeps one asks to wake it, and again a second later")
{
    WakeBell bell;
    CHECK(bell.ring(0));
    CHECK_FALSE(bell.ring(1));
    CHECK_FALSE(bell.ring(999));
    CHECK(bell.ring(1'000));
    CHECK_FALSE(bell.ring(1'001));
}

TEST_CASE("who comes when a scene has slept in again asks at once")
{
    RouteBook book(1);
    std::uint64_t epoch = 0;
    const auto publish = [&](const Route& newest) {
        REQUIRE(book.replace({++epoch, {newest}}));
        return book.current().find("shop.test", "/").destination;
    };
    const Route route{.host = "shop.test", .state = State::asleep, .wakes = true};
    CHECK(publish(route)->bell().ring(0));
    CHECK_FALSE(publish(route)->bell().ring(1));
    Route awake = route;
    awake.wakes = false;
    publish(awake);
    CHECK(publish(route)->bell().ring(2));
}
