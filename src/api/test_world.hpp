#pragma once

#include "api/endpoints.hpp"
#include "base/json.hpp"
#include "engine/test_world.hpp"
#include "net/http1.hpp"
#include "net/sse.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace diorama::api {

/// What a client got, its JSON read.
struct Answer {
    int status = 0;
    Headers headers;
    Node body;

    std::string text(std::string_view key) const
    {
        const Node* found = body.find(key);
        const auto written = found ? found->scalar_text() : std::nullopt;
        return written.value_or("");
    }
    /// Of a list.
    Node::List items() const
    {
        const Node* found = body.find("items");
        if (!found || !found->list()) throw std::logic_error("the answer is no list");
        return *found->list();
    }
    std::string where() const { return std::string(headers.get("Location")); }
};

/// The API on the engine's small world: no socket, virtual time.
class ApiWorld : public TestWorld {
public:
    static constexpr std::string_view webhook_secret = "f3b1c77ce6d94a9b8f21";

    ApiWorld()
    {
        sink = &logs;
        start();
        context.reset(new Context{
            .world = world(),
            .commands = engine().commands(),
            .intake = engine().intake(),
            .poller = engine().poller(),
            .cleaner = engine().cleaner(),
            .access = access,
            .logs = logs,
            .locations = {.local = true},
            .version = "1.2.3",
            .facts = &no_facts,
            .github =
                {.secrets =
                     {{"webhook_secret", Secret(std::string(webhook_secret)), ""},
                      {"projects.ann/api.webhook_secret", Secret("only for ann/api"), "ann/api"}},
                          .web = "https://forge.example"},
            .stopping = closing.get_token()
        });
        handle_ = handler(*context);
        const NewToken made = *scheduler.run(access.create(admin(), "test", {}, std::nullopt));
        token = made.text.reveal();
    }
    ~ApiWorld()
    {
        stop();
        scheduler.run(logs.stop());
    }

    /// A request as the server reads it.
    Request request_of(const std::string& method, const std::string& target)
    {
        Request request{.method = method, .target = target};
        const auto read = http1::read_target(request);
        if (!read) throw std::logic_error(target + " cannot be read");
        if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
        return request;
    }
    static Task<Result<Node>> no_facts()
    {
        co_return Node(Node::Map{
            {"checks", Node::List{}}
        });
    }
    Answer ask(Request request)
    {
        const Response response = scheduler.run(handle_(std::move(request)));
        Answer answer{response.status, response.headers, {}};
        if (!response.body.empty()) answer.body = parse_json(response.body).value();
        return answer;
    }
    Answer get(const std::string& target) { return ask(request_of("GET", target)); }
    /// Nothing for a target that the server itself refuses.
    std::optional<Answer> try_get(const std::string& target)
    {
        Request request{.method = "GET", .target = target};
        if (!http1::read_target(request)) return std::nullopt;
        return get(target);
    }
    Answer remove(const std::string& target) { return ask(request_of("DELETE", target)); }
    Answer
    post(const std::string& target, const std::string& body = "", const std::string& prefer = "")
    {
        Request request = request_of("POST", target);
        request.body = body;
        if (!prefer.empty()) request.headers.set("Prefer", prefer);
        return ask(std::move(request));
    }
    Response respond(Request request) { return scheduler.run(handle_(std::move(request))); }

    static std::string branch_body(std::string_view branch = "main")
    {
        return fmt::format(R"({{"repository": "{}", "branch": "{}"}})", repository, branch);
    }
    /// A page and a database without a port, serving.
    Environment shop()
    {
        push_compose(
            'a',
            "services:\n"
            "  web:\n    image: web:1\n    ports: ['8080']\n"
            "  db:\n    image: db:1\n    expose: ['5432']\n    volumes: ['data:/data']\n"
            "volumes:\n  data:\n"
        );
        const auto made = post("/api/v1/environments", branch_body());
        return settle(EnvironmentId::parse(made.text("id")).value());
    }
    /// Gives every worker something to do for hours, so that what is asked for next waits.
    void occupy()
    {
        builder.build_time = hours{3};
        const FakeCommits::Content content{
            {"compose.yaml", "services:\n  web:\n    build: .\n    ports: ['8080']\n"},
            {"Dockerfile",   "FROM scratch\n"                                        }
        };
        for (std::size_t i = 0; i < engine_settings.workers; ++i) {
            const std::string branch = fmt::format("busy-{}", i);
            commits.push(
                std::string(repository), "refs/heads/" + branch, std::string(40, 'e'), content
            );
            post("/api/v1/environments", branch_body(branch));
        }
        engine_settings.deadlines.build = hours{6};
        scheduler.run_for(seconds{1});
    }
    /// The text of a token with these scopes.
    std::string token_for(std::vector<std::string> scopes)
    {
        return scheduler.run(access.create(admin(), "other", std::move(scopes), std::nullopt))
            ->text.reveal();
    }
    void say(EnvironmentId id, std::string message, std::string service = "web")
    {
        logs.write(
            {.environment = id,
             .type = LogType::container,
             .service = std::move(service),
             .message = std::move(message),
             .at = scheduler.now()}
        );
        scheduler.run_for(seconds{1});
    }

    Access access{scheduler, random, *store, engine_settings.tenant};
    Logs logs{scheduler, *store};
    std::string token;  ///< Sent with every request; empty: none is.
    std::stop_source closing;

    std::unique_ptr<Context> context;

private:
    Handler handle_;
};

/// Somebody who listens to a stream.
class Listening {
public:
    Listening(ApiWorld& world, Request request) : world_(world), group_(world.scheduler)
    {
        request.headers.set("Accept", "text/event-stream");
        response_ = world.respond(std::move(request));
        if (response_.producer) group_.spawn(listen());
    }
    ~Listening()
    {
        hang_up();
        world_.scheduler.run(group_.join());
    }

    void hang_up() { writer_.gone.request_stop(); }
    /// What came so far, after letting `time` pass.
    const std::vector<ServerSentEvent>& heard(milliseconds time = seconds{1})
    {
        world_.scheduler.run_for(time);
        return writer_.events;
    }
    bool ended() const { return group_.size() == 0; }
    int status() const { return response_.status; }
    const Headers& headers() const { return response_.headers; }

private:
    struct Writer final : BodyWriter {
        Task<bool> write(std::string piece) override
        {
            if (gone.stop_requested()) co_return false;
            const auto read = parser.feed(piece);
            for (const ServerSentEvent& event : *read)
                events.push_back(event);
            co_return true;
        }
        std::stop_token stop() const override { return gone.get_token(); }

        SseParser parser;
        std::vector<ServerSentEvent> events;
        std::stop_source gone;
    };
    Task<> listen() { co_await response_.producer(writer_); }

    ApiWorld& world_;
    Response response_;
    Writer writer_;
    TaskGroup group_;
};

}  // namespace diorama::api
