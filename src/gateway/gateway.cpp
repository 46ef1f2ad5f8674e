#include "gateway/gateway.hpp"

#include "gateway/forward.hpp"
#include "gateway/listener.hpp"
#include "gateway/route_book.hpp"
#include "gateway/shard.hpp"

#include <fmt/format.h>

#include <csignal>
#include <limits>
#include <thread>

namespace diorama {

namespace {

using namespace gateway;

/// Blocks all signals while threads start, which inherit that: signals are for the main thread,
/// and splice(2) raises SIGPIPE, which no flag turns off.
class SignalsBlocked {
public:
    SignalsBlocked()
    {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

class ThreadedGateway final : public Gateway {
public:
    ThreadedGateway(unsigned threads, Shard::Settings settings, Log& log)
        : settings_(std::move(settings)),
          book_(threads)
    {
        for (unsigned i = 0; i < threads; ++i)
            shards_.push_back(std::make_unique<Shard>(i, settings_, log, book_.current()));
    }
    ~ThreadedGateway() override;

    Result<> listen(GatewayListen where);
    void start();

    Result<> publish(RouteSnapshot snapshot) override;
    std::uint64_t acknowledged() const override;
    bool drained(const Upstream& upstream) const override;
    std::vector<Visit> visits() override;
    void on_wake_ask(std::function<void(const EnvironmentId&)> ask) override
    {
        // No thread reads it before it has a table with a route that wakes.
        settings_.ask = std::move(ask);
    }
    GatewayMetrics metrics() const override;
    std::vector<std::uint16_t> ports() const override { return ports_; }

private:
    Shard::Settings settings_;
    RouteBook book_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::thread> threads_;
    std::vector<std::uint16_t> ports_;
};

ThreadedGateway::~ThreadedGateway()
{
    for (const auto& shard : shards_)
        shard->ask_to_stop();
    for (std::thread& thread : threads_)
        thread.join();
}

Result<> ThreadedGateway::listen(GatewayListen where)
{
    if (where.port != 0) {
        const auto free = check_free(where);
        if (!free) return free;
    }
    for (const auto& shard : shards_) {
        auto socket = open_listener(where);
        if (!socket) return socket.error();
        where.port = Address::local(socket->get()).port();
        shard->listen(std::move(*socket));
    }
    ports_.push_back(where.port);
    return ok();
}

void ThreadedGateway::start()
{
    const SignalsBlocked blocked;
    for (const auto& shard : shards_)
        threads_.emplace_back([&shard = *shard] { shard.run(); });
}

Result<> ThreadedGateway::publish(RouteSnapshot snapshot)
{
    if (snapshot.epoch <= book_.current().epoch()) return ok();
    const auto replaced = book_.replace(std::move(snapshot));
    for (const auto& shard : shards_)
        shard->hand_over(book_.current());
    book_.forget_before(acknowledged());
    return replaced;
}

std::uint64_t ThreadedGateway::acknowledged() const
{
    std::uint64_t lowest = std::numeric_limits<std::uint64_t>::max();
    for (const auto& shard : shards_)
        lowest = std::min(lowest, shard->taken_up());
    return lowest;
}

bool ThreadedGateway::drained(const Upstream& upstream) const
{
    return acknowledged() == book_.current().epoch() && !book_.names(upstream) &&
           !book_.lingers(upstream);
}

std::vector<Visit> ThreadedGateway::visits()
{
    book_.forget_before(acknowledged());
    return book_.visits();
}

GatewayMetrics ThreadedGateway::metrics() const
{
    GatewayMetrics sum;
    for (const auto& shard : shards_) {
        const Counters& counters = shard->counters;
        sum.connections += counters.connections.value();
        sum.requests += counters.requests.value();
        sum.answered_4xx += counters.answered_4xx.value();
        sum.answered_5xx += counters.answered_5xx.value();
        sum.connects += counters.connects.value();
        sum.reuses += counters.reuses.value();
        sum.retries += counters.retries.value();
        sum.timeouts += counters.timeouts.value();
        sum.accidents += counters.accidents.value();
        sum.open += counters.open.value();
        sum.active += counters.active.value();
        sum.waiting += counters.waiting.value();
    }
    return sum;
}

Result<std::vector<Network>> networks(const std::vector<std::string>& texts)
{
    std::vector<Network> all;
    for (const std::string& text : texts) {
        const auto network = Network::parse(text);
        if (!network) {
            return Error{
                Code::invalid,
                fmt::format("trusted proxy '{}': not an address or network", text),
                "Write it like 10.0.0.7 or 10.0.0.0/8."
            };
        }
        all.push_back(*network);
    }
    return all;
}

}  // namespace

Result<std::unique_ptr<Gateway>> start_gateway(GatewaySettings settings, Log& log)
{
    auto trusted = networks(settings.trusted_proxies);
    if (!trusted) return trusted.error();
    // A buffer holds a head, the prefix said once more, and what the gateway adds.
    constexpr std::size_t largest_head = std::size_t{24} * 1024;
    static_assert(2 * largest_head + forward_room <= Buffer::size);
    settings.limits.head = std::min(settings.limits.head, largest_head);
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    auto made = std::make_unique<ThreadedGateway>(
        settings.threads == 0 ? cores : settings.threads,
        Shard::Settings{settings.timeouts, settings.limits, std::move(*trusted)},
        log
    );
    for (const GatewayListen& where : settings.listen) {
        const auto listening = made->listen(where);
        if (!listening) return listening.error();
    }
    made->start();
    return std::unique_ptr<Gateway>(std::move(made));
}

}  // namespace diorama
