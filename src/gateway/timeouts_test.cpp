#include "gateway/address.hpp"
#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

using namespace diorama;
using namespace diorama::gateway;
using namespace diorama::gateway::test;

namespace {

constexpr milliseconds brief{80};
/// Where something must not time out, on a machine that is busy.
constexpr milliseconds patient{600};
constexpr int steps = 15;  ///< A tenth of `patient` each: more than it in all.

/// Listens, and lets no connection stand: its queue is full.
class Deaf {
public:
    Deaf() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        auto where = *Address::parse("127.0.0.1", 0);
        REQUIRE(::bind(listener_.get(), where.data(), where.size()) == 0);
        REQUIRE(::listen(listener_.get(), 0) == 0);
        where = Address::local(listener_.get());
        port_ = where.port();
        for (int i = 0; i < 4; ++i) {
            Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            ::connect(fd.get(), where.data(), where.size());
            queued_.push_back(std::move(fd));
        }
    }
    Upstream where() const { return {.host = "127.0.0.1", .port = port_}; }

private:
    Fd listener_;
    std::uint16_t port_ = 0;
    std::vector<Fd> queued_;
};

}  // namespace

TEST_CASE("a client that sends its head too slowly is told so and let go")
{
    Scene scene({.timeouts = {.head = brief}});
    Wire client = scene.client();
    client.send("GET /cl HTTP/1.1\r\nHost: sh");
    CHECK(client.answer().status() == 408);
    CHECK(client.ends());
    CHECK(scene.gateway->metrics().timeouts == 1);
}

TEST_CASE("an idle client is let go without a word")
{
    Scene scene({.timeouts = {.idle = brief}});
    Wire fresh = scene.client();
    CHECK(fresh.ends());
    Wire used = scene.client();
    CHECK(used.get("/cl").body == "hello");
    CHECK(used.ends());
    scene.await([&] { return scene.gateway->metrics().open == 0; });
}

TEST_CASE("an app that says nothing is given up with a 504")
{
    Scene scene({.timeouts = {.upstream_head = brief}});
    Wire client = scene.client();
    CHECK(client.get("/silent").status() == 504);
    scene.await([&] { return scene.app.open == 0; });
    CHECK(client.get("/cl").body == "hello");
}

TEST_CASE("the app's time to answer begins when it has the whole request")
{
    Scene scene({.timeouts = {.upstream_head = patient}});
    Wire client = scene.client();
    client.send("POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 15\r\n\r\n");
    for (int i = 0; i < steps; ++i) {
        std::this_thread::sleep_for(patient / 10);
        client.send("x");
    }
    CHECK(client.answer().body == std::string(steps, 'x'));
}

TEST_CASE("a replica that takes no connection is passed over, and a 504 when there is no other")
{
    Scene scene({.timeouts = {.connect = brief}});
    const Deaf deaf;
    scene.publish({route("shop.test", deaf)});
    CHECK(scene.client().get("/cl").status() == 504);
    scene.publish({route("shop.test", deaf, scene.app)});
    for (int i = 0; i < 4; ++i)
        CHECK(scene.client().get("/cl").body == "hello");
}

TEST_CASE("a replica that took no connection is not tried for each request anew")
{
    Scene scene({.threads = 1, .timeouts = {.connect = brief}});
    const Deaf deaf;
    scene.publish({route("shop.test", deaf, scene.app)});
    for (int i = 0; i < 40; ++i)
        CHECK(scene.client().get("/cl").body == "hello");
    // Every other would have waited for it: it has its turn again after a while, not before.
    CHECK(scene.gateway->metrics().timeouts > 0);
    CHECK(scene.gateway->metrics().timeouts < 10);
}

TEST_CASE("an answer that stops moving is cut")
{
    Scene scene({.timeouts = {.stall = brief}});
    Wire client = scene.client();
    CHECK_THROWS(client.get("/stall"));
    scene.await([&] { return scene.app.open == 0; });
}

TEST_CASE("a request body that stops moving is cut, and the app is not kept waiting for it")
{
    Scene scene({.timeouts = {.stall = brief}});
    Wire client = scene.client();
    client.send("POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(client.ends());
    scene.await([&] { return scene.app.open == 0; });
}

TEST_CASE("a client that leaves while the app thinks frees the app's connection")
{
    Scene scene({.timeouts = {.abandoned = brief}});
    Wire client = scene.client();
    client.send("GET /silent HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    scene.await([&] { return scene.app.requests == 1; });
    client.close();
    scene.await([&] { return scene.app.open == 0; });
    scene.await([&] { return scene.gateway->metrics().active == 0; });
}

TEST_CASE("a client that leaves in the middle of its body does not leave the app waiting")
{
    Scene scene;
    Wire client = scene.client();
    client.send("POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\nabc");
    scene.await([&] { return scene.app.open == 1; });
    client.close();
    scene.await([&] { return scene.app.open == 0; });
}

TEST_CASE("a WebSocket on which nothing moves ends, one on which only the app talks does not")
{
    Scene scene({.timeouts = {.tunnel = patient}});
    Wire client = scene.client();
    client.send("GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    CHECK(client.answer().status() == 101);
    CHECK(client.read(3) == "hi!");
    CHECK(client.read_all().empty());
    scene.await([&] { return scene.app.open == 0; });

    const auto talk = [](Wire& wire, OddUpstream&) {
        Message request;
        wire.request(request);
        wire.send("HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
        for (int i = 0; i < steps; ++i) {
            std::this_thread::sleep_for(patient / 10);
            wire.send("x");
        }
    };
    OddUpstream talker{OddUpstream::Behaviour(talk)};
    scene.publish({route("shop.test", talker)});
    Wire listener = scene.client();
    listener.send("GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    CHECK(listener.answer().status() == 101);
    CHECK(listener.read(steps) == std::string(steps, 'x'));
}

TEST_CASE("an idle connection to an app is closed after a while")
{
    Scene scene({.timeouts = {.upstream_idle = brief}});
    CHECK(scene.client().get("/cl").body == "hello");
    scene.await([&] { return scene.app.open == 0; });
}

TEST_CASE("clients beyond the limit wait in the kernel's queue until others have gone")
{
    Scene scene({.timeouts = {.linger = milliseconds{40}}, .limits = {.connections = 2}});
    // The kernel chooses the thread for each: all but four wait, whichever they are.
    std::vector<Wire> clients;
    for (int i = 0; i < 12; ++i)
        clients.push_back(scene.client());
    for (Wire& client : clients)
        client.send("GET /cl HTTP/1.0\r\nHost: shop.test\r\n\r\n");
    CHECK(scene.gateway->metrics().open <= 4);
    for (Wire& client : clients)
        CHECK(client.answer().body == "hello");
    CHECK(scene.gateway->metrics().connections == 12);
}
