#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace diorama;
using namespace diorama::gateway::test;
using namespace std::string_literals;

TEST_CASE("SEC-44 a smuggled request never reaches an app, and its connection ends")
{
    Scene scene;
    for (const std::string& hostile : {
             "POST /cl HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\nTransfer-Encoding: "
             "chunked\r\n\r\n0\r\n\r\nGET /cl HTTP/1.1\r\nHost: shop.test\r\n\r\n"s,
             "POST /cl HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\nContent-Length: "
             "5\r\n\r\nabcde"s,
             "GET /cl HTTP/1.1\nHost: shop.test\n\n"s,
             "GET /cl HTTP/1.1\r\nHost : shop.test\r\n\r\n"s,
             "GET /cl HTTP/1.1\r\nHost: shop.test\r\nA: b\r\n c\r\n\r\n"s,
             "GET /cl HTTP/1.1\r\nHost: shop.test\r\nHost: other.test\r\n\r\n"s,
             "GET http://other.test/cl HTTP/1.1\r\nHost: shop.test\r\n\r\n"s,
             "GET /cl HTTP/1.1\r\nHost: user@shop.test\r\n\r\n"s,
             "GET /cl HTTP/1.1\r\nHost: shop.test\r\nX: \0\r\n\r\n"s,
         }) {
        CAPTURE(hostile);
        Wire client = scene.client();
        client.send(hostile);
        const Message answer = client.answer();
        CHECK(answer.status() == 400);
        CHECK(answer.field("connection") == "close");
        CHECK(client.ends());
    }
    CHECK(scene.app.requests == 0);
    CHECK(scene.gateway->metrics().answered_4xx == 9);
}

TEST_CASE("SEC-44 a chunk that lies is refused before the app could take the rest for a request")
{
    Scene scene;
    Wire client = scene.client();
    client.send("POST /echo HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\nhello\r\n0\r\n\r\n");
    CHECK(client.answer().status() == 400);
    CHECK(client.ends());
    CHECK(scene.app.requests == 0);

    // The same, when the bad chunk comes after the request went up.
    Wire late = scene.client();
    late.send(
        "POST /echo HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    );
    scene.await([&] { return scene.app.requests == 1; });
    late.send("zz\r\nGET /cl HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    CHECK(late.answer().status() == 400);
    CHECK(late.ends());
    scene.await([&] { return scene.app.open == 0; });
    CHECK(scene.app.requests == 1);
}

TEST_CASE("SEC-44 an app cannot smuggle an answer to somebody else")
{
    Scene scene;
    for (const std::string path : {"/both", "/twice", "/split"}) {
        CAPTURE(path);
        CHECK(scene.client().get(path).status() == 502);
    }
    // Bytes behind an answer are nobody's: that connection is not used again.
    Wire client = scene.client();
    CHECK(client.get("/more").body == "ok");
    CHECK(client.get("/cl").body == "hello");
    CHECK(client.get("/more").body == "ok");
    CHECK(scene.client().get("/cl").body == "hello");
}

TEST_CASE("SEC-44 a head beyond its limit is refused, by its size and by its fields")
{
    Scene scene;
    Wire large = scene.client();
    large.send("GET /cl HTTP/1.1\r\nHost: shop.test\r\nX: " + std::string(20'000, 'x'));
    CHECK(large.answer().status() == 431);

    Wire many = scene.client();
    std::string fields;
    for (int i = 0; i < 101; ++i)
        fields += fmt::format("X-{}: 1\r\n", i);
    many.send("GET /cl HTTP/1.1\r\nHost: shop.test\r\n" + fields + "\r\n");
    CHECK(many.answer().status() == 431);

    // Behind a large body more than a head's worth may wait, without being one.
    Wire ahead = scene.client();
    const std::string body(40'000, 'x');
    const auto post =
        "POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 40000\r\n\r\n" + body;
    ahead.send(post + post);
    CHECK(ahead.answer().body == body);
    CHECK(ahead.answer().body == body);
}

TEST_CASE("SEC-43 the app hears who asks from us, and from nobody else")
{
    Scene scene;
    Wire client = scene.client();
    const std::string seen = client
                                 .ask(
                                     "GET",
                                     "/headers",
                                     "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"
                                     "X-Forwarded-User: admin\r\nX-Real-IP: 9.9.9.9\r\n"
                                     "Forwarded: for=9.9.9.9\r\nX-Diorama-Actor: admin\r\n"
                                     "Connection: keep-alive, X-Secret\r\nX-Secret: 1\r\n"
                                     "TE: trailers\r\nCookie: mine=1\r\n"
                                 )
                                 .body;
    const auto port = scene.gateway->ports().front();
    CHECK(
        seen == fmt::format(
                    "GET /headers HTTP/1.1\r\nHost: shop.test\r\nCookie: mine=1\r\n"
                    "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
                    "X-Forwarded-Proto: http\r\nX-Forwarded-Port: {}\r\n"
                    "X-Forwarded-Host: shop.test\r\n"
                    "Forwarded: for=127.0.0.1;proto=http;host=\"shop.test\"\r\n\r\n",
                    port
                )
    );
}

TEST_CASE("a proxy that is trusted is believed, and lengthens the chain")
{
    Scene scene({.trusted_proxies = {"127.0.0.0/8"}});
    Wire client = scene.client();
    const std::string seen = client
                                 .ask(
                                     "GET",
                                     "/headers",
                                     "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: "
                                     "https\r\nX-Forwarded-User: admin\r\n"
                                 )
                                 .body;
    CHECK(seen.contains("X-Forwarded-For: 9.9.9.9\r\n"));
    CHECK(seen.contains("X-Forwarded-For: 127.0.0.1\r\n"));
    CHECK(seen.contains("X-Forwarded-Proto: https\r\n"));
    CHECK_FALSE(seen.contains("X-Forwarded-Proto: http\r\n"));
    CHECK_FALSE(seen.contains("admin"));
    CHECK(
        start_gateway({.trusted_proxies = {"example.com"}}, scene.log).error().code == Code::invalid
    );
}

TEST_CASE("what an app says about its own hop stays there")
{
    Scene scene;
    const Message answer = scene.client().get("/hop");
    CHECK(answer.fields.contains("x-stay"));
    CHECK_FALSE(answer.fields.contains("x-hop"));
    CHECK_FALSE(answer.fields.contains("keep-alive"));
}

TEST_CASE("SEC-44 no path leads from one prefix into another")
{
    Scene scene;
    OddUpstream other("other");
    Route a = route("base.test", scene.app);
    a.path = "/a/";
    a.strip = true;
    Route b = route("base.test", other);
    b.path = "/b/";
    scene.publish({a, b});
    Wire client = scene.client();
    CHECK(client.get("/a/name", "base.test").body == "app");
    CHECK(client.get("/b/name", "base.test").body == "GET /b/name HTTP/1.1");
    for (const std::string path :
         {"/a/../b/name", "/a/%2e%2e/b/name", "/a/..%2fb/name", "/a/x/../../b/name", "/a/..\\b"}) {
        CAPTURE(path);
        CHECK(client.get(path, "base.test").status() == 400);
    }
    CHECK(client.get("/a/x?to=../b/", "base.test").body == "GET /x?to=../b/ HTTP/1.1");
    CHECK(client.get("/a/sub/?q=1", "base.test").body == "GET /sub/?q=1 HTTP/1.1");
    CHECK(client.get("/a/headers", "base.test").body.contains("X-Forwarded-Prefix: /a\r\n"));
    const Message bare = client.get("/a?x=1", "base.test");
    CHECK(bare.status() == 308);
    CHECK(bare.field("location") == "/a/?x=1");
}
