#include "gateway/gateway.hpp"
#include "gateway/route_book.hpp"
#include "socket.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

namespace diorama::bench {

namespace {

/// pr-N-shop.example.test, each with an upstream address of its own.
RouteSnapshot snapshot(int hosts, std::uint16_t port)
{
    RouteSnapshot all{.epoch = 1};
    for (int i = 0; i < hosts; ++i) {
        Route route{.host = fmt::format("pr-{}-shop.example.test", i)};
        route.environment.value.bytes[14] = static_cast<std::uint8_t>(i >> 8);
        route.environment.value.bytes[15] = static_cast<std::uint8_t>(i);
        route.upstreams = {
            {.host = fmt::format("127.0.{}.{}", 1 + i / 250, 1 + i % 250), .port = port}
        };
        all.routes.push_back(std::move(route));
    }
    return all;
}

}  // namespace

/// proxy PORT THREADS HOSTS UPSTREAM_PORT: the gateway as it is, until it is told to stop.
int proxy(const std::vector<std::string>& arguments)
{
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTERM);
    ::sigaddset(&stop, SIGINT);
    ::sigprocmask(SIG_BLOCK, &stop, nullptr);

    GatewaySettings settings;
    settings.listen = {
        {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(arguments.at(0)))}
    };
    settings.threads = static_cast<unsigned>(std::stoi(arguments.at(1)));
    settings.timeouts.drain = milliseconds{100};
    Log log;
    const auto gateway = start_gateway(settings, log);
    if (!gateway) {
        fmt::print(stderr, "{}\n", gateway.error().text());
        return 1;
    }
    const auto port = static_cast<std::uint16_t>(std::stoi(arguments.at(3)));
    const auto published = (*gateway)->publish(snapshot(std::stoi(arguments.at(2)), port));
    if (!published) fmt::print(stderr, "{}\n", published.error().text());
    int signal = 0;
    ::sigwait(&stop, &signal);
    return 0;
}

/// lookup: nanoseconds to find a route among 10, 500 and 10,000, as JSON.
int lookup(const std::vector<std::string>&)
{
    constexpr int rounds = 2'000'000;
    std::string answer;
    for (const int routes : {10, 500, 10'000}) {
        gateway::RouteBook book(1);
        const auto replaced = book.replace(snapshot(routes, 80));
        if (!replaced) return 1;
        // The same few hosts in each, so that the table is measured and not the processor's cache.
        std::vector<std::string> hosts;
        for (int i = 0; i < 10; ++i)
            hosts.push_back(fmt::format("pr-{}-shop.example.test", i * routes / 10));
        long found = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < rounds; ++i)
            found += book.current().find(hosts[i % hosts.size()], "/").destination != nullptr;
        const std::chrono::duration<double, std::nano> took =
            std::chrono::steady_clock::now() - begin;
        if (found != rounds) return 1;
        answer += fmt::format(
            "{}\"{}\": {:.1f}", answer.empty() ? "" : ", ", routes, took.count() / rounds
        );
    }
    fmt::print("{{{}}}\n", answer);
    return 0;
}

}  // namespace diorama::bench
