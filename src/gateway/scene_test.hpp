#pragma once

#include "gateway/gateway.hpp"
#include "gateway/odd_upstream_test.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace diorama::gateway::test {

using namespace std::string_view_literals;

/// Looks again until `condition` holds; throws after twenty seconds.
template <class Condition>
void await(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) throw std::runtime_error("it never came true");
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

inline EnvironmentId environment(std::uint8_t number)
{
    EnvironmentId id;
    id.value.bytes.back() = number;
    return id;
}

template <class... Upstreams>
Route route(std::string host, const Upstreams&... upstreams)
{
    return {
        .host = std::move(host), .environment = environment(1), .upstreams = {upstreams.where()...}
    };
}

/// The way to a scene that sleeps.
inline Route asleep(std::string host)
{
    Route made = route(std::move(host));
    made.state = State::asleep;
    made.wakes = true;
    return made;
}

/// A gateway on a free port with one app behind shop.test.
struct Scene {
    explicit Scene(GatewaySettings settings = {})
    {
        settings.listen = {
            {"127.0.0.1", 0}
        };
        if (settings.threads == 0) settings.threads = 2;
        gateway = start_gateway(settings, log).value();
        gateway->on_wake_ask([this](const EnvironmentId& id) {
            const std::lock_guard guard(mutex);
            asks.push_back(id);
        });
        publish({route("shop.test", app)});
    }

    void publish(std::vector<Route> routes)
    {
        const auto published = gateway->publish({++epoch, std::move(routes)});
        if (!published) throw std::runtime_error(published.error().text());
        test::await([&] { return gateway->acknowledged() == epoch; });
    }
    Wire client() const { return Wire::to(gateway->ports().front()); }
    template <class Condition>
    void await(Condition condition) const
    {
        test::await(condition);
    }

    /// Until so many requests wait for scenes to wake.
    void await_waiting(std::uint64_t count) const
    {
        await([&] { return gateway->metrics().waiting == count; });
    }

    std::vector<EnvironmentId> asked() const
    {
        const std::lock_guard guard(mutex);
        return asks;
    }
    std::vector<std::string> said() const
    {
        const std::lock_guard guard(mutex);
        return lines;
    }

    mutable std::mutex mutex;
    std::vector<EnvironmentId> asks;  ///< To wake.
    std::vector<std::string> lines;   ///< Of the log.
    Log log{Log::Level::info, [this](std::string_view line) {
                const std::lock_guard guard(mutex);
                lines.emplace_back(line);
            }};
    OddUpstream app;
    std::uint64_t epoch = 0;
    std::unique_ptr<Gateway> gateway;
};

}  // namespace diorama::gateway::test
