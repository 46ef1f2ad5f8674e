#include "base/concurrency.hpp"
#include "net/client.hpp"
#include "net/server.hpp"
#include "net/socket.hpp"
#include "net/sse.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace diorama;

namespace {

/// What a test's producer saw.
struct Seen {
    bool stopped = false;
    std::string last_event_id;
    std::vector<std::string> exceptions;
};

Task<> count_up(Scheduler& scheduler, EventSink& sink, Seen& seen)
{
    for (int i = 1; !sink.stop().stop_requested(); ++i) {
        const bool sent =
            co_await sink.send({.id = std::to_string(i), .data = fmt::format("tick {}", i)});
        if (!sent) break;
        co_await sleep(scheduler, milliseconds{1}, sink.stop());
    }
    seen.stopped = true;
}

Task<> two_pieces(BodyWriter& writer)
{
    co_await writer.write("first,");
    co_await writer.write("second");
}

Task<> break_off(BodyWriter& writer)
{
    co_await writer.write("half");
    throw std::runtime_error("the disk is gone");
}

Task<Response> handle(Loop& loop, Seen& seen, Request request)
{
    if (request.path == "/throw") throw std::runtime_error("a secret detail");
    if (request.path == "/events") {
        seen.last_event_id = request.headers.get("Last-Event-ID");
        co_return event_stream(loop, [&loop, &seen](EventSink& sink) {
            return count_up(loop, sink, seen);
        });
    }
    if (request.path == "/silent") {
        const auto wait = [](EventSink& sink) -> Task<> {
            while (!sink.stop().stop_requested())
                co_return;
        };
        co_return event_stream(loop, wait);
    }
    Response response{.headers = {{"X-Remote", request.remote}}};
    if (request.path == "/pieces") {
        response.producer = two_pieces;
    } else if (request.path == "/broken") {
        response.producer = break_off;
    } else if (request.path == "/slow") {
        co_await sleep(loop, seconds{60});
    } else {
        response.body = fmt::format("{} {} {}", request.method, request.target, request.body);
    }
    co_return response;
}

struct World {
    explicit World(ServerOptions options = {})
        : server(
              loop,
              [this](Request request) { return handle(loop, seen, std::move(request)); },
              with_log(std::move(options))
          )
    {
        REQUIRE(server.listen(Address::tcp("127.0.0.1", 0)).has_value());
        client.emplace(loop, Address::tcp("127.0.0.1", server.port()));
    }
    ~World() { loop.run(server.stop()); }

    ServerOptions with_log(ServerOptions options)
    {
        options.on_exception = [this](std::string_view asked, std::string_view what) {
            seen.exceptions.push_back(fmt::format("{}: {}", asked, what));
        };
        return options;
    }

    Result<Response> get(std::string target)
    {
        return loop.run(client->send({.target = std::move(target)}));
    }

    /// Sends bytes no client would, and reads until the server hangs up.
    std::string raw(std::string bytes)
    {
        const auto talk = [](Loop& on, std::uint16_t port, std::string text) -> Task<std::string> {
            auto stream = co_await connect(on, Address::tcp("127.0.0.1", port));
            if (!stream) co_return "";
            co_await (*stream)->write(text);
            std::string answer;
            std::array<char, 4096> buffer{};
            for (;;) {
                const auto got = co_await (*stream)->read(buffer);
                if (!got || *got == 0) co_return answer;
                answer.append(buffer.data(), *got);
            }
        };
        return loop.run(talk(loop, server.port(), std::move(bytes)));
    }

    Loop loop;
    Seen seen;
    Server server;
    std::optional<Client> client;
};

/// A body made of `count` pieces.
class Pieces final : public ByteStream {
public:
    Pieces(std::size_t count, std::string piece) : left_(count), piece_(std::move(piece)) {}
    Task<Result<std::optional<std::string>>> next() override
    {
        if (left_ == 0) co_return std::optional<std::string>{};
        --left_;
        co_return std::optional(piece_);
    }

private:
    std::size_t left_;
    std::string piece_;
};

}  // namespace

TEST_CASE("a request is answered, and the next one uses the same connection")
{
    World world({.max_connections = 1});
    for (int i = 0; i < 3; ++i) {
        const auto response = world.get("/a?b=c");
        REQUIRE(response.has_value());
        CHECK(response->status == 200);
        CHECK(response->body == "GET /a?b=c ");
        CHECK(response->headers.get("x-remote") == "127.0.0.1");
    }
}

TEST_CASE("bodies travel whole, known in length or in pieces")
{
    World world;
    const std::string body(200'000, 'x');
    auto response = world.loop.run(world.client->send({.method = "POST", .body = body}));
    CHECK(response->body == "POST / " + body);

    Request in_pieces{.method = "POST"};
    in_pieces.stream = std::make_unique<Pieces>(100, std::string(1000, 'y'));
    response = world.loop.run(world.client->send(std::move(in_pieces)));
    CHECK(response->body == "POST / " + std::string(100'000, 'y'));

    CHECK(world.get("/pieces")->body == "first,second");
}

TEST_CASE("a body that is too large is refused before it is read")
{
    World world({.body_limit = 1000});
    CHECK(world.raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
              .starts_with("HTTP/1.1 413 "));
    Request in_pieces{.method = "POST"};
    in_pieces.stream = std::make_unique<Pieces>(2, std::string(600, 'y'));
    CHECK(world.loop.run(world.client->send(std::move(in_pieces)))->status == 413);
}

TEST_CASE("one path takes larger bodies, and few are held at once (SEC-23)")
{
    World world(
        {.body_limit = 1000,
         .body_wait = milliseconds{20},
         .large_paths = {"/large"},
         .large_limit = 5000,
         .large_at_once = 1}
    );
    const auto post = [&](std::string target, std::size_t size) {
        const auto response = world.loop.run(world.client->send(
            {.method = "POST", .target = std::move(target), .body = std::string(size, 'x')}
        ));
        return response ? response->status : 0;
    };
    CHECK(post("/large", 5000) == 200);
    CHECK(post("/large?a=b", 5000) == 200);
    CHECK(post("/large", 5001) == 413);
    CHECK(post("/large/", 1001) == 413);
    CHECK(post("/", 1001) == 413);

    const auto until = [&](int status) {
        int got = 0;
        for (int i = 0; i < 200 && got != status; ++i)
            got = post("/large", 5000);
        return got == status;
    };
    const auto slow =
        world.loop.run(connect(world.loop, Address::tcp("127.0.0.1", world.server.port())));
    REQUIRE(slow.has_value());
    const auto begun = world.loop.run(
        (*slow)->write("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nx")
    );
    REQUIRE(begun.has_value());
    CHECK(until(503));
    CHECK(post("/large", 1000) == 200);
    (*slow)->close();
    CHECK(until(200));
}

TEST_CASE("bodies that are not small are few at once, known in length or not (SEC-23)")
{
    World world({.small_limit = 1000, .bodies_at_once = 1, .body_wait = milliseconds{20}});
    const auto post = [&](std::size_t size) {
        const auto response =
            world.loop.run(world.client->send({.method = "POST", .body = std::string(size, 'x')}));
        return response ? response->status : 0;
    };
    const auto begin = [&](std::string framing) {
        auto slow =
            world.loop.run(connect(world.loop, Address::tcp("127.0.0.1", world.server.port())));
        REQUIRE(slow.has_value());
        const auto begun =
            world.loop.run((*slow)->write("POST / HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n1")
            );
        REQUIRE(begun.has_value());
        return std::move(*slow);
    };
    const auto until = [&](int status) {
        int got = 0;
        for (int i = 0; i < 200 && got != status; ++i)
            got = post(1001);
        return got == status;
    };
    for (const std::string framing : {"Content-Length: 1001", "Transfer-Encoding: chunked"}) {
        CAPTURE(framing);
        const auto slow = begin(framing);
        CHECK(until(503));
        CHECK(post(1000) == 200);
        slow->close();
        CHECK(until(200));
    }
}

TEST_CASE("when all places are taken, whoever is slowest has to go (SEC-23)")
{
    World world({.max_connections = 3, .head_timeout = hours{1}, .body_timeout = hours{1}});
    std::vector<std::unique_ptr<Stream>> slow;
    for (const std::string part :
         {"", "POST / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"}) {
        auto stream =
            world.loop.run(connect(world.loop, Address::tcp("127.0.0.1", world.server.port())));
        REQUIRE(stream.has_value());
        REQUIRE(world.loop.run((*stream)->write(part)).has_value());
        slow.push_back(std::move(*stream));
    }
    for (int i = 0; i < 5; ++i) {
        Client visitor(world.loop, Address::tcp("127.0.0.1", world.server.port()));
        const auto response =
            world.loop.run(visitor.send({.target = "/"}, {.timeout = seconds{20}}));
        REQUIRE(response.has_value());
        CHECK(response->status == 200);
    }
}

TEST_CASE("SEC-44 a malformed request is answered with 400 and the end of the connection")
{
    World world;
    CHECK(world.raw("GET / HTTP/1.1\n\n").starts_with("HTTP/1.1 400 "));
    CHECK(world.raw("GET /../x HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 400 "));
    CHECK(world.raw("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x'))
              .starts_with("HTTP/1.1 431 "));
    const auto smuggled =
        world.raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n");
    CHECK(smuggled.find("HTTP/1.1", 1) == std::string::npos);
    CHECK(smuggled.starts_with("HTTP/1.1 400 "));
}

TEST_CASE("requests sent ahead are answered in their order")
{
    World world;
    const auto answers =
        world.raw("GET /one HTTP/1.1\r\nHost: a\r\n\r\nHEAD /two HTTP/1.1\r\nHost: a\r\n\r\n"
                  "GET /three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(answers.find("GET /one") < answers.find("GET /three"));
    CHECK(answers.find("HEAD /two") == std::string::npos);
}

TEST_CASE("a client that waits for 100-continue is told to go on")
{
    World world;
    const auto answer = world.raw("POST /x HTTP/1.1\r\nHost: a\r\nExpect: "
                                  "100-continue\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
}

TEST_CASE("what a handler throws is told to the log and not to the client")
{
    World world;
    const auto response = world.get("/throw?token=abc");
    CHECK(response->status == 500);
    CHECK(response->headers.get("content-type") == "application/problem+json");
    CHECK(response->body.find("secret") == std::string::npos);
    CHECK(world.seen.exceptions == std::vector<std::string>{"GET /throw: a secret detail"});
    CHECK(world.get("/")->status == 200);
}

TEST_CASE("a stream that breaks off does not look complete")
{
    World world;
    CHECK(world.get("/broken").error().code == Code::unavailable);
    CHECK(world.seen.exceptions.size() == 1);
}

TEST_CASE("a client that sends its head drop by drop is cut off")
{
    World world({.head_timeout = milliseconds{20}});
    CHECK(world.raw("GET / HTTP/1.1\r\nHost:") == "");
}

TEST_CASE("events stream live, and a client that leaves stops their producer")
{
    World world;
    const auto listen = [](World& w) -> Task<std::vector<ServerSentEvent>> {
        Request request{.target = "/events", .headers = {{"Last-Event-ID", "41"}}};
        Client::Options options{.streaming = true};
        auto response = co_await w.client->send(std::move(request), options);
        CHECK(response->headers.get("content-type") == "text/event-stream");
        SseParser parser;
        std::vector<ServerSentEvent> events;
        while (events.size() < 3) {
            const auto piece = co_await response->stream->next();
            for (auto& event : *parser.feed(**piece))
                events.push_back(std::move(event));
        }
        co_return events;
    };
    const auto events = world.loop.run(listen(world));
    CHECK(events[2] == ServerSentEvent{"3", "", "tick 3"});
    CHECK(world.seen.last_event_id == "41");
    const auto until_stopped = [](World& w) -> Task<> {
        while (!w.seen.stopped)
            co_await sleep(w.loop, milliseconds{1});
    };
    world.loop.run(until_stopped(world));
    CHECK(world.seen.stopped);
}

TEST_CASE("a silent event stream sends a heartbeat")
{
    Loop loop;
    struct Recorder final : BodyWriter {
        std::vector<std::string> pieces;
        std::stop_source source;
        Task<bool> write(std::string piece) override
        {
            pieces.push_back(std::move(piece));
            if (pieces.size() == 3) source.request_stop();
            co_return true;
        }
        std::stop_token stop() const override { return source.get_token(); }
    } recorder;
    const auto wait = [](Scheduler& scheduler, EventSink& sink) -> Task<> {
        co_await sleep(scheduler, hours{1}, sink.stop());
    };
    const auto response =
        event_stream(loop, [&](EventSink& sink) { return wait(loop, sink); }, milliseconds{2});
    loop.run(response.producer(recorder));
    CHECK(recorder.pieces[2] == ": still here\n\n");
}

TEST_CASE("asking to stop ends a request at once")
{
    World world({.stop_grace = milliseconds{1}});
    std::stop_source source;
    const auto timer = world.loop.after(milliseconds{5}, [&] { source.request_stop(); });
    Client::Options options{.stop = source.get_token()};
    CHECK(
        world.loop.run(world.client->send({.target = "/events"}, options)).error().code ==
        Code::cancelled
    );
    Client::Options hasty{.timeout = milliseconds{20}};
    CHECK(
        world.loop.run(world.client->send({.target = "/events"}, hasty)).error().code ==
        Code::timed_out
    );
}

TEST_CASE("a stopping server tells its streams and answers what it began")
{
    World world;
    const auto begin = [](World& w) -> Task<std::optional<std::string>> {
        Client::Options options{.streaming = true};
        auto response = co_await w.client->send({.target = "/events"}, options);
        co_await response->stream->next();
        TaskGroup stopping(w.loop);
        stopping.spawn(w.server.stop());
        for (;;) {
            const auto piece = co_await response->stream->next();
            if (!piece) co_return piece.error().message;
            if (!*piece) break;
        }
        co_await stopping.join();
        co_return std::nullopt;
    };
    CHECK_FALSE(world.loop.run(begin(world)).has_value());
    CHECK(world.get("/").error().code == Code::unavailable);
}

TEST_CASE("nobody listening is said in words, with what to do")
{
    Loop loop;
    Client local(loop, Address::local("/nowhere/docker.sock"));
    const auto error = loop.run(local.send({})).error();
    CHECK(error.message == "cannot connect to /nowhere/docker.sock: no such file or directory");
    CHECK(error.code == Code::unavailable);
    CHECK_FALSE(error.mend.empty());
    Client unknown(loop, Address::tcp("host.invalid", 80));
    CHECK(loop.run(unknown.send({})).error().code == Code::unavailable);
}

TEST_CASE("a unix socket serves too, and one left behind by a dead server is replaced")
{
    Loop loop;
    Seen seen;
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("diorama-net-{}.sock", ::getpid());
    const auto dead = path.string() + ".dead";
    const Handler handler = [&](Request request) { return handle(loop, seen, std::move(request)); };
    {
        // A hard link survives the server's own tidying, as the name does when a server is killed.
        Server first(loop, handler);
        REQUIRE(first.listen(Address::local(path)).has_value());
        std::filesystem::create_hard_link(path, dead);
        loop.run(first.stop());
        std::filesystem::rename(dead, path);
    }
    Server server(loop, handler);
    REQUIRE(server.listen(Address::local(path)).has_value());
    Client client(loop, Address::local(path));
    CHECK(loop.run(client.send({.target = "/x"}))->headers.get("x-remote") == "local");
    const auto mode = std::filesystem::status(path).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    Server second(loop, handler);
    CHECK(second.listen(Address::local(path)).error().code == Code::conflict);
    loop.run(server.stop());
    CHECK_FALSE(std::filesystem::exists(path));
}
