#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace diorama;
using namespace diorama::gateway;
using namespace diorama::gateway::test;

namespace {

constexpr milliseconds brief{80};
constexpr std::string_view browser = "Accept: text/html,application/xhtml+xml\r\n";

/// A gateway before which the shop sleeps.
struct Night : Scene {
    explicit Night(GatewaySettings settings = {}) : Scene(settings)
    {
        publish({asleep("shop.test")});
    }
    void wake() { publish({route("shop.test", app)}); }
    /// A client whose request waits.
    Wire waiting(std::string_view request)
    {
        Wire made = client();
        const std::uint64_t before = gateway->metrics().waiting;
        made.send(request);
        await_waiting(before + 1);
        return made;
    }
};

constexpr std::string_view get = "GET /cl HTTP/1.1\r\nHost: shop.test\r\n\r\n";

Route elsewhere(const OddUpstream& app)
{
    Route made = route("other.test", app);
    made.environment = environment(2);
    return made;
}

}  // namespace

TEST_CASE("who comes to a scene that sleeps waits, wakes it, and is answered as if it were awake "
          "(complaint 40)")
{
    Night scene;
    Wire client = scene.waiting(get);
    REQUIRE_FALSE(scene.asked().empty());
    CHECK(scene.asked().front() == environment(1));
    scene.wake();
    CHECK(client.answer().body == "hello");
    scene.await_waiting(0);
    CHECK(scene.gateway->metrics().answered_5xx == 0);
}

TEST_CASE("the connection on which a request waited is kept, and waits again")
{
    Night scene;
    Wire client = scene.waiting(get);
    for (int night = 0; night < 3; ++night) {
        scene.wake();
        CHECK(client.answer().body == "hello");
        CHECK(client.get("/chunk").body == chunked_body());
        scene.publish({asleep("shop.test")});
        client.send(get);
        scene.await_waiting(1);
    }
    scene.wake();
    CHECK(client.answer().body == "hello");
    CHECK(scene.gateway->metrics().connections == 1);
}

TEST_CASE("a request waits through tables that change nothing for it, and goes by the newest")
{
    Night scene;
    OddUpstream other("other");
    Wire client = scene.waiting("GET /name HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    Route updating = asleep("shop.test");
    updating.state = State::updating;
    updating.generation = 2;
    scene.publish({asleep("shop.test"), elsewhere(other)});
    scene.publish({updating});
    scene.publish({asleep("shop.test")});
    CHECK(scene.gateway->metrics().waiting == 1);
    scene.publish({route("shop.test", other)});
    CHECK(client.answer().body == "other");
}

TEST_CASE("a request whose scene is taken down, fails or vanishes meanwhile is told so")
{
    Night scene;
    for (const State state : {State::failed, State::destroying}) {
        CAPTURE(name(state));
        scene.publish({asleep("shop.test")});
        Wire client = scene.waiting(get);
        Route gone = route("shop.test");
        gone.state = state;
        scene.publish({gone});
        CHECK(client.answer().status() == 503);
    }
    scene.publish({asleep("shop.test")});
    Wire client = scene.waiting(get);
    scene.publish({});
    CHECK(client.answer().status() == 404);
}

TEST_CASE("one scene wakes, and who waits for another waits on")
{
    Night scene;
    Route other = asleep("other.test");
    other.environment = environment(2);
    scene.publish({asleep("shop.test"), other});
    Wire first = scene.waiting(get);
    Wire second = scene.waiting("GET /name HTTP/1.1\r\nHost: other.test\r\n\r\n");
    scene.publish({route("shop.test", scene.app), other});
    CHECK(first.answer().body == "hello");
    CHECK(scene.gateway->metrics().waiting == 1);
    scene.publish({elsewhere(scene.app)});
    CHECK(second.answer().body == "app");
}

TEST_CASE("a body of a megabyte behind a head that waits arrives whole")
{
    const std::string body = noise(1'000'000);
    const auto length = fmt::format("Content-Length: {}\r\n", body.size());
    for (const bool chunked : {false, true}) {
        CAPTURE(chunked);
        Night scene;
        Wire client = scene.client();
        std::string answer;
        std::thread sender([&] {
            const std::string fields = chunked ? "Transfer-Encoding: chunked\r\n" : length;
            answer =
                client.ask("POST", "/echo", fields, chunked ? in_chunks(body, 5000) : body).body;
        });
        scene.await_waiting(1);
        scene.wake();
        sender.join();
        CHECK(answer == body);
        CHECK(client.get("/cl").body == "hello");
    }
}

TEST_CASE("who waits for a 100 before the body hears it when the scene is awake, not before")
{
    Night scene;
    Wire client = scene.waiting("POST /echo HTTP/1.1\r\nHost: shop.test\r\nExpect: "
                                "100-continue\r\nContent-Length: 3\r\n\r\n");
    scene.wake();
    CHECK(client.read_head() == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(client.answer().body == "abc");
}

TEST_CASE("an HTTP/1.0 client waits too, and gets its answer and the close")
{
    Night scene;
    Wire client = scene.waiting("GET /cl HTTP/1.0\r\nHost: shop.test\r\n\r\n");
    scene.wake();
    CHECK(client.answer().body == "hello");
    CHECK(client.ends());
}

TEST_CASE("requests sent ahead of one that waits are answered behind it, wherever they go")
{
    Night scene;
    OddUpstream other("other");
    scene.publish({asleep("shop.test"), elsewhere(other)});
    Wire client = scene.client();
    client.send(
        std::string(get) + "GET /name HTTP/1.1\r\nHost: other.test\r\n\r\n" +
        "POST /echo HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 3\r\n\r\nabc"
    );
    scene.await_waiting(1);
    CHECK(other.requests == 0);
    scene.publish({route("shop.test", scene.app), elsewhere(other)});
    CHECK(client.answer().body == "hello");
    CHECK(client.answer().body == "other");
    CHECK(client.answer().body == "abc");
}

TEST_CASE("a WebSocket waits for its scene, and what was sent ahead of the answer is not lost")
{
    Night scene;
    Wire client = scene.waiting("GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\n"
                                "Upgrade: chat/2\r\n\r\nhello, ahead of the answer");
    scene.wake();
    CHECK(client.answer().status() == 101);
    CHECK(client.read(3) == "hi!");
    CHECK(client.read(26) == "Hello, aHead of tHe answer");
}

TEST_CASE("who speaks in a WebSocket whose scene was put to sleep meanwhile wakes it")
{
    Scene scene;
    Wire client = scene.client();
    client.send("GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    CHECK(client.answer().status() == 101);
    CHECK(client.read(3) == "hi!");
    client.send("h");
    CHECK(client.read(1) == "H");
    CHECK(scene.asked().empty());
    scene.publish({asleep("shop.test")});
    client.send("h");
    CHECK(client.read(1) == "H");
    scene.await([&] { return !scene.asked().empty(); });
}

TEST_CASE("a program that waited in vain gets 503 in its own words, and when to try again")
{
    Night scene({.timeouts = {.wake = brief}});
    Wire client = scene.client();
    const Message text = client.get("/cl");
    CHECK(text.status() == 503);
    CHECK(std::stoi(text.field("retry-after")) > 0);
    CHECK(text.field("content-type") == "text/plain; charset=utf-8");
    CHECK(text.body.contains("waking up"));
    CHECK(std::ranges::count(text.body, '\n') == 1);

    const Message json = client.ask("POST", "/echo", "Accept: application/json\r\n");
    CHECK(json.status() == 503);
    CHECK(json.field("content-type") == "application/problem+json");
    CHECK(json.body.contains(R"("status":503)"));
    CHECK(json.body.contains("waking up"));
    scene.wake();
    CHECK(client.get("/cl").body == "hello");
}

TEST_CASE("a browser is shown what is happening before long, on a page that looks again by itself")
{
    Night scene({.timeouts = {.wake_page = brief}});
    Wire client = scene.client();
    const Message page = client.ask("GET", "/", std::string(browser));
    CHECK(page.status() == 503);
    CHECK(page.field("content-type") == "text/html; charset=utf-8");
    CHECK(page.body.contains("waking up"));
    CHECK(page.body.contains("http-equiv=\"refresh\""));
    const Message head = client.ask("HEAD", "/", std::string(browser));
    CHECK(head.status() == 503);
    scene.wake();
    CHECK(client.ask("GET", "/cl", std::string(browser)).body == "hello");
}

TEST_CASE("a form that a browser sends waits longer, and nothing asks in its place for a page")
{
    Night scene({
        .timeouts = {.wake = 4 * brief, .wake_page = brief}
    });
    const std::string fields = std::string(browser) + "Content-Length: 3\r\n";
    const Message page = scene.client().ask("POST", "/echo", fields, "abc");
    CHECK(page.status() == 503);
    CHECK_FALSE(page.body.contains("http-equiv=\"refresh\""));
    Night patient({.timeouts = {.wake_page = milliseconds{1}}});
    Wire client =
        patient.waiting(fmt::format("POST /echo HTTP/1.1\r\nHost: shop.test\r\n{}\r\nabc", fields));
    patient.wake();
    CHECK(client.answer().body == "abc");
}

TEST_CASE("an ask to wake may be lost: it is said again for as long as somebody waits")
{
    Night scene;
    Wire client = scene.waiting(get);
    scene.await([&] { return scene.asked().size() >= 3; });
    CHECK(std::ranges::count(scene.asked(), environment(1)) == std::ssize(scene.asked()));
    client.reset();
    scene.await_waiting(0);
}

TEST_CASE(
    "of those who come at once so many wait as there is room for, the others are told to come again"
)
{
    Night scene({.threads = 1, .limits = {.waiting = 2}});
    Wire first = scene.waiting(get);
    Wire second = scene.waiting(get);
    Wire third = scene.client();
    CHECK(third.get("/cl").status() == 503);
    CHECK(scene.gateway->metrics().waiting == 2);
    first.reset();
    scene.await_waiting(1);
    third.send(get);
    scene.await_waiting(2);
    scene.wake();
    CHECK(second.answer().body == "hello");
    CHECK(third.answer().body == "hello");
}

TEST_CASE(
    "a client that leaves while it waits gives its place free, one that only said its last too late"
)
{
    Night scene({.timeouts = {.abandoned = brief}});
    Wire leaver = scene.waiting(get);
    leaver.close();
    scene.await_waiting(0);
    scene.await([&] { return scene.gateway->metrics().open == 0; });

    Night patient;
    Wire half = patient.waiting(get);
    half.close_sending();
    patient.wake();
    CHECK(half.answer().body == "hello");
}

TEST_CASE("when the gateway stops, whoever waits is told at once and not cut off")
{
    Night scene;
    Wire client = scene.waiting(get);
    scene.gateway.reset();
    const Message answer = client.answer();
    CHECK(answer.status() == 503);
    CHECK(answer.field("connection") == "close");
    CHECK(client.ends());
}

TEST_CASE("F14 a request that waits is a visit, and so is an answer for as long as it flows")
{
    Night scene;
    Wire client = scene.waiting(get);
    CHECK(scene.gateway->visits().size() == 1);
    scene.wake();
    CHECK(client.answer().body == "hello");

    client.send("POST /duplex HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.read_head();
    scene.gateway->visits();
    scene.await([&] {
        client.send("1\r\nx\r\n");
        client.read(6);
        return !scene.gateway->visits().empty();
    });
}
