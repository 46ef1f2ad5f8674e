#include "net/client.hpp"
#include "net/loop.hpp"
#include "routing/embedded.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Task<> visit(Client& client, std::optional<Result<Response>>& answer)
{
    Request request{.method = "GET", .target = "/"};
    request.headers.set("Host", "shop.localhost");
    answer = co_await client.send(std::move(request));
}

}  // namespace

TEST_CASE("who waits at the real gateway is told of on the loop, and goes on by the next table")
{
    Loop loop;
    Log log(Log::Level::error);
    const auto gateway = start_gateway({.listen = {{"127.0.0.1", 0}}, .threads = 1}, log).value();
    EmbeddedRouter router(loop, *gateway, log);
    Route shop{.host = "shop.localhost", .state = State::asleep, .wakes = true};
    shop.environment.value.bytes.back() = 7;
    router.publish({.epoch = 1, .routes = {shop}});
    REQUIRE(loop.run(router.in_force(1, {})));

    Client client(loop, Address::tcp("127.0.0.1", gateway->ports().front()));
    std::optional<Result<Response>> answer;
    TaskGroup group(loop);
    group.spawn(visit(client, answer));
    CHECK(loop.run(router.wake_asks({})) == std::vector{shop.environment});
    CHECK_FALSE(answer);

    shop.wakes = false;
    shop.state = State::failed;
    router.publish({.epoch = 2, .routes = {shop}});
    loop.run(group.join());
    CHECK((*answer)->status == 503);
}
