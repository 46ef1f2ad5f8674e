#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

using namespace diorama;
using namespace diorama::gateway::test;

namespace {

/// Nobody listens there any more.
bool refuses(std::uint16_t port)
{
    try {
        Wire::to(port);
        return false;
    } catch (const std::exception&) {
        return true;
    }
}

}  // namespace

TEST_CASE("a new version takes over under load without one failed request, and the old one may go")
{
    Scene scene;
    std::atomic<bool> stop{false};
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    const auto ask = [&](bool keep) {
        std::optional<Wire> client;
        while (!stop) {
            try {
                if (!client || !keep) client.emplace(scene.client());
                (client->get("/name").status() == 200 ? good : bad) += 1;
            } catch (const std::exception&) {
                ++bad;
                client.reset();
            }
        }
    };
    std::vector<std::thread> clients;
    for (int i = 0; i < 6; ++i)
        clients.emplace_back(ask, i % 2 == 0);

    auto running = std::make_unique<OddUpstream>("v0");
    scene.publish({route("shop.test", *running)});
    for (int version = 1; version <= 12; ++version) {
        auto next = std::make_unique<OddUpstream>(fmt::format("v{}", version));
        Route newer = route("shop.test", *next);
        newer.generation = static_cast<Generation>(version);
        scene.publish({newer});
        scene.await([&] { return scene.gateway->drained(running->where()); });
        running = std::move(next);  // The old one dies here, with whatever still ran on it.
        const int before = good;
        scene.await([&] { return good > before + 20; });
    }
    stop = true;
    for (std::thread& client : clients)
        client.join();
    CHECK(bad == 0);
    CHECK(good > 12 * 20);
    scene.gateway.reset();
}

TEST_CASE("an old version is drained only when its last request has been answered")
{
    Scene scene;
    OddUpstream next("next");
    const Upstream old = scene.app.where();
    CHECK_FALSE(scene.gateway->drained(old));
    Wire slow = scene.client();
    slow.send("GET /held HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    scene.await([&] { return scene.app.requests == 1; });

    scene.publish({route("shop.test", next)});
    CHECK(scene.client().get("/name").body == "next");
    CHECK_FALSE(scene.gateway->drained(old));
    scene.app.released = true;
    CHECK(slow.answer().body == "app");
    scene.await([&] { return scene.gateway->drained(old); });
    CHECK(slow.get("/name").body == "next");
    CHECK_FALSE(scene.gateway->drained(next.where()));
}

TEST_CASE("a WebSocket of one scene does not keep another's old version from going")
{
    Scene scene;
    OddUpstream other("other");
    scene.publish({route("shop.test", scene.app), route("other.test", other)});
    Wire socket = scene.client();
    socket.send("GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    CHECK(socket.answer().status() == 101);
    scene.publish({});
    scene.await([&] { return scene.gateway->drained(other.where()); });
    CHECK_FALSE(scene.gateway->drained(scene.app.where()));
    socket.close();
    scene.await([&] { return scene.gateway->drained(scene.app.where()); });
}

TEST_CASE("connections to an upstream that is not routed any more are closed before it is drained")
{
    Scene scene;
    Wire client = scene.client();
    CHECK(client.get("/name").body == "app");
    CHECK(scene.app.open == 1);
    scene.publish({});
    scene.await([&] { return scene.gateway->drained(scene.app.where()); });
    scene.await([&] { return scene.app.open == 0; });
}

TEST_CASE("replicas take turns, and one that is down costs nobody a request")
{
    Scene scene;
    OddUpstream two("two");
    OddUpstream three("three");
    scene.publish({route("shop.test", scene.app, two, three)});
    std::multiset<std::string> names;
    Wire client = scene.client();
    for (int i = 0; i < 9; ++i)
        names.insert(client.get("/name").body);
    CHECK(names.count("app") == 3);
    CHECK(names.count("two") == 3);
    CHECK(names.count("three") == 3);

    two.die();
    for (int i = 0; i < 12; ++i) {
        CHECK(client.get("/name").status() == 200);
        CHECK(client.ask("POST", "/echo", "Content-Length: 3\r\n", "abc").body == "abc");
    }
}

TEST_CASE("a request to a replica that refuses connections is answered by another, sent once")
{
    Scene scene;
    OddUpstream down("down");
    scene.publish({route("shop.test", down, scene.app)});
    down.die();
    for (int i = 0; i < 20; ++i) {
        // Of the kind that is never sent twice.
        const Message answer = scene.client().ask("POST", "/echo", "Content-Length: 3\r\n", "abc");
        CHECK(answer.body == "abc");
    }
    CHECK(scene.app.requests == 20);
    CHECK(scene.gateway->metrics().retries == 0);
    CHECK(scene.gateway->metrics().answered_5xx == 0);
}

TEST_CASE("an upstream that fails is told in the log once, without what the visitor asked for")
{
    Scene scene({.timeouts = {.upstream_head = milliseconds{40}}});
    OddUpstream down("down");
    Route known = route("down.test", down);
    scene.publish({route("shop.test", scene.app), known});
    down.die();
    Wire client = scene.client();
    for (int i = 0; i < 5; ++i)
        CHECK(client.get("/reset/token?password=hunter2", "down.test").status() == 502);
    REQUIRE(scene.said().size() == 1);
    const std::string refused = scene.said().front();
    CHECK(refused.contains(" warn an upstream fails its visitors host=down.test"));
    CHECK(refused.contains("environment=" + known.environment.text()));
    CHECK(refused.contains(fmt::format("upstream=127.0.0.1:{}", down.where().port)));
    CHECK(refused.contains("why=\"connection refused\""));
    CHECK_FALSE(refused.contains("token"));
    CHECK_FALSE(refused.contains("hunter2"));

    CHECK(client.get("/silent").status() == 504);
    REQUIRE(scene.said().size() == 2);
    CHECK(scene.said().back().contains("host=shop.test"));
    CHECK(scene.said().back().contains("why=\"no answer in time\""));
}

TEST_CASE("a client that leaves is not blamed on the upstream")
{
    Scene scene({.timeouts = {.abandoned = milliseconds{40}}});
    Wire one = scene.client();
    one.send("GET /silent HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    scene.await([&] { return scene.app.requests == 1; });
    one.close();
    Wire two = scene.client();
    two.send("GET /silent HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    scene.await([&] { return scene.app.requests == 2; });
    two.reset();
    scene.await([&] { return scene.gateway->metrics().active == 0; });
    CHECK(scene.said().empty());
    CHECK(scene.gateway->metrics().retries == 0);
}

TEST_CASE("a request goes out twice only when nobody can have acted on it")
{
    // Each connection answers once; a second request on it is swallowed.
    const auto once = [](Wire& wire, OddUpstream& upstream) {
        Message request;
        for (int i = 0; i < 2 && wire.request(request); ++i) {
            ++upstream.requests;
            if (i == 0) wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    };
    Scene scene;
    OddUpstream upstream{OddUpstream::Behaviour(once)};
    scene.publish({route("shop.test", upstream)});
    Wire client = scene.client();
    CHECK(client.get("/").body == "ok");
    CHECK(client.get("/").body == "ok");
    CHECK(scene.gateway->metrics().retries == 1);
    CHECK(upstream.requests == 3);
    CHECK(client.ask("POST", "/").status() == 502);
    CHECK(upstream.requests == 4);
    CHECK(scene.gateway->metrics().retries == 1);
    // On a connection of its own nothing excuses silence.
    scene.publish({route("shop.test", scene.app)});
    CHECK(client.get("/nothing").status() == 502);
    CHECK(scene.gateway->metrics().retries == 1);
}

TEST_CASE("F14 each use of an environment is told once, with its time")
{
    Scene scene;
    Route other = route("other.test", scene.app);
    other.environment = environment(2);
    scene.publish({route("shop.test", scene.app), other});
    CHECK(scene.gateway->visits().empty());
    const auto before = std::chrono::system_clock::now() - seconds{1};
    CHECK(scene.client().get("/cl").status() == 200);
    const auto first = scene.gateway->visits();
    REQUIRE(first.size() == 1);
    CHECK(first[0].environment == environment(1));
    CHECK(first[0].at >= before);
    CHECK(first[0].at <= std::chrono::system_clock::now());
    CHECK(scene.gateway->visits().empty());
    CHECK(scene.client().get("/cl", "nobody.test").status() == 404);
    CHECK(scene.gateway->visits().empty());
    CHECK(scene.client().get("/cl", "other.test").status() == 200);
    CHECK(scene.gateway->visits().front().environment == environment(2));
}

TEST_CASE("F14 somebody who comes while a scene sleeps is told too")
{
    Scene scene;
    Route asleep = route("shop.test");
    asleep.state = State::asleep;
    scene.publish({asleep});
    CHECK(scene.client().get("/").status() == 503);
    CHECK(scene.gateway->visits().size() == 1);
}

TEST_CASE("F14 a route of no environment is served, and is nobody's visit")
{
    Scene scene;
    Route own = route("shop.test", scene.app);
    own.environment = {};
    scene.publish({own});
    CHECK(scene.client().get("/name").body == "app");
    CHECK(scene.gateway->visits().empty());
}

TEST_CASE("an epoch that is not newer changes nothing")
{
    Scene scene;
    REQUIRE(scene.gateway->publish({scene.epoch, {}}));
    REQUIRE(scene.gateway->publish({0, {}}));
    CHECK(scene.client().get("/name").body == "app");
    CHECK(scene.gateway->acknowledged() == scene.epoch);
}

TEST_CASE("ten thousand routes come and go while others are served")
{
    Scene scene;
    std::vector<Route> many{route("shop.test", scene.app)};
    for (int i = 0; i < 10'000; ++i)
        many.push_back(route(fmt::format("pr-{}.test", i), scene.app));
    Wire client = scene.client();
    scene.publish(many);
    CHECK(client.get("/name", "pr-0.test").body == "app");
    CHECK(client.get("/name", "pr-9999.test").body == "app");
    many.resize(1);
    scene.publish(many);
    CHECK(client.get("/name", "pr-9999.test").status() == 404);
    CHECK(client.get("/name").body == "app");
}

TEST_CASE("a port in use is named, with what to do")
{
    Scene scene;
    const auto port = scene.gateway->ports().front();
    const auto second = start_gateway({.listen = {{"127.0.0.1", port}}}, scene.log);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::conflict);
    CHECK(second.error().message.contains(fmt::format("127.0.0.1:{}", port)));
    CHECK(second.error().mend.contains("ss -ltnp"));
    CHECK(start_gateway({.listen = {{"localhost", 0}}}, scene.log).error().code == Code::invalid);
    CHECK(start_gateway({.listen = {{"192.0.2.1", 0}}}, scene.log).error().code == Code::invalid);
}

TEST_CASE("a gateway that is told to stop lets requests end and takes no new ones")
{
    Scene scene;
    Wire idle = scene.client();
    CHECK(idle.get("/cl").body == "hello");
    Wire slow = scene.client();
    slow.send("GET /held HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    scene.await([&] { return scene.app.requests == 2; });
    const auto port = scene.gateway->ports().front();
    std::thread stopping([&] { scene.gateway.reset(); });
    CHECK(idle.ends());
    scene.await([&] { return refuses(port); });
    scene.app.released = true;
    const Message answer = slow.answer();
    CHECK(answer.body == "app");
    CHECK(answer.field("connection") == "close");
    stopping.join();
}

TEST_CASE("what does not end in time is cut off when the gateway stops")
{
    Scene scene({.timeouts = {.drain = milliseconds{50}}});
    Wire slow = scene.client();
    slow.send("GET /silent HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    Wire socket = scene.client();
    socket.send("GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    CHECK(socket.answer().status() == 101);
    scene.await([&] { return scene.app.requests == 2; });
    scene.gateway.reset();
    CHECK(socket.read(3) == "hi!");
    CHECK(socket.read_all().empty());
    scene.await([&] { return scene.app.open == 0; });
}
