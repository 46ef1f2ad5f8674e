#include "gateway/gateway.hpp"
#include "gateway/odd_upstream_test.hpp"
#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace diorama;
using namespace diorama::gateway::test;

TEST_CASE("one connection carries answers of every kind, one after the other")
{
    Scene scene;
    Wire client = scene.client();
    const std::vector<std::pair<std::string, std::string>> expected{
        {"/cl",       "hello"       },
        {"/chunk",    chunked_body()},
        {"/big",      big_body()    },
        {"/204",      ""            },
        {"/304",      ""            },
        {"/early",    "ok"          },
        {"/slowhead", "ok"          },
        {"/cl",       "hello"       },
    };
    for (const auto& [path, body] : expected) {
        CAPTURE(path);
        const Message answer = client.get(path);
        CHECK(answer.body == body);
        CHECK(answer.field("keep-alive").empty());
        CHECK(answer.field("connection").empty());
    }
    CHECK(client.ask("HEAD", "/head").field("content-length") == "5");
    CHECK(client.get("/cl").body == "hello");
    CHECK(scene.app.connections == 1);
}

TEST_CASE("an answer that ends with the close arrives whole, and the client's connection ends too")
{
    Scene scene;
    Wire client = scene.client();
    const Message answer = client.get("/eof");
    CHECK(answer.body == std::string(200'000, 'z'));
    CHECK(answer.field("connection") == "close");
}

TEST_CASE("an app that closes after each answer costs the client no connection")
{
    Scene scene;
    Wire client = scene.client();
    CHECK(client.get("/close").body == "bye");
    CHECK(client.get("/close").body == "bye");
    CHECK(client.get("/cl").body == "hello");
}

TEST_CASE("an HTTP/1.0 app is understood and answered for as HTTP/1.1")
{
    Scene scene;
    Wire client = scene.client();
    const Message answer = client.get("/one");
    CHECK(answer.line == "HTTP/1.1 200 OK");
    CHECK(answer.body == "old");
    CHECK(client.get("/cl").body == "hello");
}

TEST_CASE("an idle connection that the app closes is given up at once and no request meets it")
{
    Scene scene;
    Wire client = scene.client();
    for (int i = 0; i < 20; ++i) {
        CHECK(client.get("/dieafter").body == "ok");
        scene.await([&] { return scene.app.open == 0; });
        CHECK(client.ask("POST", "/echo", "Content-Length: 3\r\n", "abc").body == "abc");
    }
}

TEST_CASE("a connection the app has said its last on is closed at once, not when it is needed")
{
    const auto finish = [](Wire& wire, OddUpstream& self) {
        Message request;
        wire.request(request);
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        while (!self.released)
            std::this_thread::yield();
        wire.close_sending();
        wire.read_all();
    };
    Scene scene;
    OddUpstream upstream{OddUpstream::Behaviour(finish)};
    scene.publish({route("shop.test", upstream)});
    CHECK(scene.client().get("/").body == "ok");
    scene.await([&] { return scene.gateway->metrics().active == 0; });
    upstream.released = true;
    scene.await([&] { return upstream.open == 0; });
}

TEST_CASE("an answer without a length that breaks off cannot be taken for a whole one")
{
    const auto reset = [](Wire& wire, OddUpstream&) {
        Message request;
        wire.request(request);
        wire.send("HTTP/1.1 200 OK\r\n\r\nhalf");
        wire.request(request);  // Until the client has the half.
        wire.reset();
    };
    Scene scene;
    OddUpstream upstream{OddUpstream::Behaviour(reset)};
    scene.publish({route("shop.test", upstream)});
    Wire client = scene.client();
    client.send("POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(client.read_head().starts_with("HTTP/1.1 200"));
    CHECK(client.read(4) == "half");
    client.send("4\r\n\r\n\r\n\r\n");
    CHECK_THROWS(client.read_all());
}

TEST_CASE("an answer that breaks off is a broken connection, not a short answer")
{
    Scene scene;
    Wire client = scene.client();
    CHECK_THROWS(client.get("/abort"));
    CHECK_THROWS(scene.client().get("/badchunk"));
}

TEST_CASE("a large body goes up and comes back, with a length and in chunks")
{
    Scene scene;
    Wire client = scene.client();
    const std::string& body = big_body();
    const auto length = fmt::format("Content-Length: {}\r\n", body.size());
    CHECK(client.ask("POST", "/echo", length, body).body == body);
    CHECK(client.get("/cl").body == "hello");
    const Message chunked =
        client.ask("POST", "/echo", "Transfer-Encoding: chunked\r\n", in_chunks(body, 5000));
    CHECK(chunked.body == body);
    CHECK(client.get("/cl").body == "hello");
}

TEST_CASE("an answer streams while the request is still being sent")
{
    Scene scene;
    Wire client = scene.client();
    client.send("POST /duplex HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n");
    CHECK(client.read_head().starts_with("HTTP/1.1 200"));
    for (int i = 0; i < 50; ++i) {
        const std::string chunk = fmt::format("5\r\nab{:03}\r\n", i);
        client.send(chunk);
        CHECK(client.read(chunk.size()) == chunk);
    }
    client.send("0\r\n\r\n");
    CHECK(client.read(5) == "0\r\n\r\n");
}

TEST_CASE("a client that waits for 100 gets it, and sends its body then")
{
    Scene scene;
    Wire client = scene.client();
    client.send("POST /echo HTTP/1.1\r\nHost: shop.test\r\nExpect: 100-continue\r\nContent-Length: "
                "3\r\n\r\n");
    CHECK(client.read_head() == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(client.answer().body == "abc");
}

TEST_CASE(
    "an app that refuses a body before it came is heard, and the rest is not taken as a request"
)
{
    Scene scene;
    Wire client = scene.client();
    client.send("POST /reject HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 300000\r\n\r\n");
    const Message answer = client.answer();
    CHECK(answer.status() == 413);
    CHECK(answer.field("connection") == "close");
    client.send("GET /cl HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    CHECK(client.ends());
}

TEST_CASE("requests sent ahead are answered in their order")
{
    Scene scene;
    Wire client = scene.client();
    const std::string get = "GET {} HTTP/1.1\r\nHost: shop.test\r\n\r\n";
    std::string ahead;
    for (int i = 0; i < 3; ++i)
        ahead += fmt::format(fmt::runtime(get), "/cl");
    ahead += "POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000\r\n\r\n";
    ahead += std::string(100'000, 'x');
    for (int i = 0; i < 2; ++i)
        ahead += fmt::format(fmt::runtime(get), "/chunk");
    client.send(ahead);
    for (int i = 0; i < 3; ++i)
        CHECK(client.answer().body == "hello");
    CHECK(client.answer().body == std::string(100'000, 'x'));
    for (int i = 0; i < 2; ++i)
        CHECK(client.answer().body == chunked_body());
}

TEST_CASE("a client that sends byte by byte is understood")
{
    Scene scene;
    Wire client = scene.client();
    for (const char byte :
         "POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 3\r\n\r\nabc"sv)
        client.send({&byte, 1});
    CHECK(client.answer().body == "abc");
}

TEST_CASE("an HTTP/1.0 client gets its answer and the close")
{
    Scene scene;
    Wire client = scene.client();
    client.send("GET /cl HTTP/1.0\r\nHost: shop.test\r\n\r\n");
    const Message answer = client.answer();
    CHECK(answer.body == "hello");
    CHECK(answer.field("connection") == "close");
    CHECK(client.ends());
}

TEST_CASE("a client that closes its sending half after the request still gets the answer")
{
    Scene scene;
    Wire client = scene.client();
    client.send("GET /slowhead HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    client.close_sending();
    CHECK(client.answer().body == "ok");
}

TEST_CASE("a WebSocket passes both ways, by the protocol the client named, and counts as use")
{
    Scene scene;
    Wire client = scene.client();
    client.send("GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: keep-alive, Upgrade\r\n"
                "Upgrade: chat/2\r\n\r\nhello, ahead of the answer");
    const Message answer = client.answer();
    CHECK(answer.status() == 101);
    CHECK(answer.field("upgrade") == "chat/2");
    CHECK(client.read(3) == "hi!");
    CHECK(client.read(26) == "Hello, aHead of tHe answer");
    CHECK(scene.gateway->metrics().active == 1);
    scene.await([&] { return !scene.gateway->visits().empty(); });

    client.send(std::string(300'000, 'h'));
    CHECK(client.read(300'000) == std::string(300'000, 'H'));
    scene.await([&] {
        client.send("h");
        return client.read(1) == "H" && !scene.gateway->visits().empty();
    });
    client.close();
    scene.await([&] { return scene.gateway->metrics().active == 0 && scene.app.open == 0; });
}

TEST_CASE("an app cannot switch protocols when nobody asked")
{
    Scene scene;
    CHECK(scene.client().get("/unasked").status() == 502);
}

TEST_CASE("IPv6 carries clients and upstreams alike")
{
    OddUpstream six("six", "::1");
    GatewaySettings settings;
    settings.listen = {
        {"::1", 0}
    };
    Log log(Log::Level::error);
    const auto gateway = start_gateway(settings, log);
    REQUIRE(gateway);
    REQUIRE((*gateway)->publish({1, {route("shop.test", six)}}));
    await([&] { return (*gateway)->acknowledged() == 1; });
    Wire client = Wire::to((*gateway)->ports().front(), "::1");
    CHECK(client.get("/name").body == "six");
    const std::string seen = client.get("/headers").body;
    CHECK(seen.contains("X-Forwarded-For: ::1\r\n"));
    CHECK(seen.contains("Forwarded: for=\"[::1]\";"));
}

TEST_CASE("a hundred clients at once each get their own answers")
{
    Scene scene;
    std::atomic<int> right{0};
    const auto one = [&](unsigned seed) {
        Wire client = scene.client();
        for (unsigned i = 0; i < 20; ++i) {
            const unsigned kind = (seed * 31 + i * 17) % 4;
            const std::size_t size = (seed * 7919 + i * 104'729) % 200'000;
            bool good = false;
            if (kind == 0) good = client.get("/cl").body == "hello";
            if (kind == 1) good = client.get("/chunk").body == chunked_body();
            if (kind == 2) good = client.get("/big").body == big_body();
            if (kind == 3) {
                const std::string body = big_body().substr(0, size);
                const auto length = fmt::format("Content-Length: {}\r\n", size);
                good = client.ask("POST", "/echo", length, body).body == body;
            }
            right += good;
        }
    };
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < 100; ++i)
        clients.emplace_back(one, i);
    for (std::thread& client : clients)
        client.join();
    CHECK(right == 2000);
    CHECK(scene.gateway->metrics().accidents == 0);
}
