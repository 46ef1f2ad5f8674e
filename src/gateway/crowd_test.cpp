#include "gateway/address.hpp"
#include "gateway/scene_test.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>

using namespace diorama;
using namespace diorama::gateway;
using namespace diorama::gateway::test;

namespace {

/// An app of one thread: whoever comes is answered in turn.
class OneByOne {
public:
    OneByOne() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const auto anywhere = *Address::parse("127.0.0.1", 0);
        REQUIRE(::bind(listener_.get(), anywhere.data(), anywhere.size()) == 0);
        REQUIRE(::listen(listener_.get(), 4096) == 0);
        port_ = Address::local(listener_.get()).port();
        thread_ = std::thread([this] { serve(); });
    }
    OneByOne(const OneByOne&) = delete;
    OneByOne& operator=(const OneByOne&) = delete;
    ~OneByOne()
    {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    Upstream where() const { return {.host = "127.0.0.1", .port = port_}; }

private:
    void serve()
    {
        for (;;) {
            Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!fd) return;
            Wire wire(std::move(fd));
            Message request;
            if (!wire.request(request)) continue;
            const std::string body = request.field("x-number");
            wire.send(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body
            );
        }
    }

    Fd listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

/// A client, its end in the gateway, and the two of the connection to the app.
void make_room_for(rlim_t clients)
{
    rlimit files{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
    files.rlim_cur = std::max(files.rlim_cur, std::min(files.rlim_max, 4 * clients + 100));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
}

}  // namespace

TEST_CASE("a thousand requests wait at once, and each gets its own answer")
{
    constexpr std::size_t many = 1'000;
    make_room_for(many);
    const OneByOne app;
    Scene scene({.limits = {.waiting = many}});
    scene.publish({asleep("shop.test")});
    std::vector<Wire> clients;
    for (std::size_t i = 0; i < many; ++i) {
        clients.push_back(scene.client());
        clients.back().send(
            "GET / HTTP/1.1\r\nHost: shop.test\r\nX-Number: " + std::to_string(i) + "\r\n\r\n"
        );
    }
    scene.await_waiting(many);
    scene.publish({route("shop.test", app)});
    std::size_t right = 0;
    for (std::size_t i = 0; i < many; ++i)
        right += clients[i].answer().body == std::to_string(i) ? 1 : 0;
    CHECK(right == many);
    CHECK(scene.gateway->metrics().waiting == 0);
    CHECK(scene.gateway->metrics().accidents == 0);
}
