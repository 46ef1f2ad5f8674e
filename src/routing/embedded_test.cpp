#include "base/concurrency.hpp"
#include "base/fake_scheduler.hpp"
#include "gateway/fake.hpp"
#include "routing/embedded.hpp"
#include "routing/fake.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

const Upstream old_one{.host = "10.0.0.2", .port = 80};
const Upstream new_one{.host = "10.0.0.3", .port = 80};

RouteSnapshot table(std::uint64_t epoch, std::vector<Upstream> upstreams)
{
    return {
        .epoch = epoch, .routes = {{.host = "shop.localhost", .upstreams = std::move(upstreams)}}
    };
}

EnvironmentId environment(std::uint8_t number)
{
    EnvironmentId id;
    id.value.bytes.back() = number;
    return id;
}

Task<>
settle(Router& router, std::uint64_t epoch, std::optional<Result<>>& answer, std::stop_token stop)
{
    answer = co_await router.settled(epoch, stop);
}

struct Embedded {
    FakeScheduler scheduler;
    FakeGateway gateway;
    std::vector<std::string> said;
    Log log{Log::Level::info, [this](std::string_view line) { said.emplace_back(line); }};
    EmbeddedRouter router{scheduler, gateway, log, seconds{30}};

    void ask(const EnvironmentId& environment) { gateway.ask(environment); }
};

struct Fake {
    FakeScheduler scheduler;
    FakeRouter router{scheduler};

    void ask(const EnvironmentId& environment) { router.ask(environment); }
};

/// The embedded router over the real gateway, on the fake clock: what it waits for happens in
/// threads, so time is let pass until it did.
struct Real {
    FakeScheduler scheduler;
    Log log{Log::Level::error, [](std::string_view) {}};
    std::unique_ptr<Gateway> gateway =
        start_gateway({.listen = {{"127.0.0.1", 0}}, .threads = 2}, log).value();
    EmbeddedRouter router{scheduler, *gateway, log, hours{24 * 365}};
};

}  // namespace

TEST_CASE_TEMPLATE("every router keeps the contract", World, Fake, Embedded, Real)
{
    World at;
    Router& router = at.router;
    SUBCASE("what was published settles")
    {
        router.publish(table(1, {old_one}));
        CHECK(at.scheduler.run(router.settled(1, {})).has_value());
        router.publish(table(2, {new_one}));
        CHECK(at.scheduler.run(router.settled(2, {})).has_value());
        CHECK(at.scheduler.run(router.settled(1, {})).has_value());
    }
    SUBCASE("an older table changes nothing")
    {
        router.publish(table(5, {new_one}));
        router.publish(table(4, {old_one}));
        CHECK(at.scheduler.run(router.settled(5, {})).has_value());
    }
    SUBCASE("nobody visited, nobody is reported")
    {
        CHECK(router.visits().empty());
    }
}

TEST_CASE_TEMPLATE(
    "whoever wakes scenes is told at once at whose door somebody waits", World, Fake, Embedded
)
{
    using Asked = std::vector<EnvironmentId>;
    World at;
    std::vector<Asked> told;
    std::stop_source source;
    const auto listen = [](Router& router, std::vector<Asked>& told, std::stop_token stop
                        ) -> Task<> {
        while (!stop.stop_requested()) {
            auto asked = co_await router.wake_asks(stop);
            told.push_back(std::move(asked));
        }
    };
    TaskGroup group(at.scheduler);
    at.ask(environment(2));
    at.ask(environment(1));
    at.ask(environment(2));
    at.scheduler.run_ready();
    group.spawn(listen(at.router, told, source.get_token()));
    at.scheduler.run_ready();
    CHECK(
        told ==
        std::vector<Asked>{
            {environment(1), environment(2)}
    }
    );
    const auto before = at.scheduler.now();
    at.ask(environment(2));
    at.scheduler.run_ready();
    CHECK(told.back() == Asked{environment(2)});
    CHECK(at.scheduler.now() == before);
    source.request_stop();
    at.scheduler.run(group.join());
    CHECK(told.size() == 3);
    CHECK(told.back().empty());
}

TEST_CASE("an older table does not replace a newer one")
{
    Embedded at;
    at.router.publish(table(5, {new_one}));
    at.router.publish(table(4, {old_one}));
    CHECK(at.gateway.published == table(5, {new_one}));
}

TEST_CASE("routes of the house stand in every table")
{
    Embedded at;
    const Route own{.host = "localhost", .path = "/webhooks/github"};
    at.router.always({own});
    for (const std::uint64_t epoch : {1, 2}) {
        auto expected = table(epoch, {new_one});
        at.router.publish(expected);
        expected.routes.push_back(own);
        CHECK(at.gateway.published == expected);
    }
}

TEST_CASE("A12: a switch is settled only when every thread took it up")
{
    Embedded at;
    at.gateway.held_back = true;
    at.router.publish(table(1, {old_one}));
    std::optional<Result<>> answer;
    TaskGroup group(at.scheduler);
    group.spawn(settle(at.router, 1, answer, {}));
    at.scheduler.run_for(seconds{5});
    CHECK_FALSE(answer);
    at.gateway.held_back = false;
    at.scheduler.run(group.join());
    CHECK(answer->has_value());
}

TEST_CASE("A12: a switch is settled only when the old version has answered its last request")
{
    Embedded at;
    at.router.publish(table(1, {old_one}));
    at.router.publish(table(2, {new_one}));
    at.gateway.busy.insert(old_one);
    std::optional<Result<>> first, second;
    TaskGroup group(at.scheduler);
    group.spawn(settle(at.router, 1, first, {}));
    group.spawn(settle(at.router, 2, second, {}));
    at.scheduler.run_for(seconds{5});
    CHECK(first);
    CHECK_FALSE(second);
    at.gateway.busy.clear();
    at.scheduler.run(group.join());
    CHECK(second->has_value());
}

TEST_CASE("an upstream that comes back is waited for by nobody")
{
    Embedded at;
    at.router.publish(table(1, {old_one}));
    at.router.publish(table(2, {new_one}));
    at.router.publish(table(3, {old_one, new_one}));
    at.gateway.busy.insert(old_one);
    std::optional<Result<>> answer;
    TaskGroup group(at.scheduler);
    group.spawn(settle(at.router, 3, answer, {}));
    at.scheduler.run_ready();
    CHECK(answer);
    at.scheduler.run(group.join());
}

TEST_CASE("a request without an end is waited for only so long, and by the next switch no more")
{
    Embedded at;
    at.router.publish(table(1, {old_one}));
    at.gateway.busy.insert(old_one);
    at.router.publish(table(2, {new_one}));
    const auto start = at.scheduler.now();
    CHECK(at.scheduler.run(at.router.settled(2, {})).has_value());
    CHECK(at.scheduler.now() - start >= seconds{30});
    CHECK(at.scheduler.now() - start < seconds{31});
    at.router.publish(table(3, {new_one}));
    const auto later = at.scheduler.now();
    CHECK(at.scheduler.run(at.router.settled(3, {})).has_value());
    CHECK(at.scheduler.now() == later);
}

TEST_CASE("a gateway that hangs is an error that says so")
{
    Embedded at;
    at.gateway.held_back = true;
    at.router.publish(table(1, {old_one}));
    const auto answer = at.scheduler.run(at.router.settled(1, {}));
    CHECK(answer.error().code == Code::timed_out);
    CHECK_FALSE(answer.error().mend.empty());
}

TEST_CASE("whoever no longer wants it does not wait on")
{
    Embedded at;
    at.gateway.held_back = true;
    at.router.publish(table(1, {old_one}));
    std::stop_source source;
    const auto timer = at.scheduler.after(seconds{1}, [&] { source.request_stop(); });
    CHECK(
        at.scheduler.run(at.router.settled(1, source.get_token())).error().code == Code::cancelled
    );
}

TEST_CASE("a route the gateway cannot serve is named in the operator's log")
{
    struct Refusing final : public Gateway {
        Result<> publish(RouteSnapshot) override { return Error{Code::invalid, "no address"}; }
        std::uint64_t acknowledged() const override { return 1; }
        bool drained(const Upstream&) const override { return true; }
        std::vector<Visit> visits() override { return {}; }
        void on_wake_ask(std::function<void(const EnvironmentId&)>) override {}
        GatewayMetrics metrics() const override { return {}; }
        std::vector<std::uint16_t> ports() const override { return {}; }
    } gateway;
    FakeScheduler scheduler;
    std::string said;
    Log log{Log::Level::info, [&](std::string_view line) { said = line; }};
    EmbeddedRouter router(scheduler, gateway, log);
    router.publish(table(1, {old_one}));
    CHECK(said.find("no address") != std::string::npos);
    CHECK(scheduler.run(router.settled(1, {})).has_value());
}
