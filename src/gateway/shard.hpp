#pragma once

#include "base/log.hpp"
#include "gateway/address.hpp"
#include "gateway/buffer.hpp"
#include "gateway/counters.hpp"
#include "gateway/gateway.hpp"
#include "gateway/listener.hpp"
#include "gateway/loop.hpp"
#include "gateway/pipe.hpp"
#include "gateway/route_table.hpp"
#include "gateway/waiting_room.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <vector>

namespace diorama::gateway {

class Session;

/// All that one thread of the gateway works with. Other threads may call only the members under
/// "From the control thread".
class Shard final : private Watched {
public:
    struct Settings {
        GatewayTimeouts timeouts;
        GatewayLimits limits;
        std::vector<Network> trusted;
        std::function<void(const EnvironmentId&)> ask{};  ///< To wake; see Gateway::on_wake_ask.
    };

    /// Serves by `first` until it is told otherwise. `settings` and `log` must outlive it.
    Shard(unsigned index, const Settings& settings, Log& log, const RouteTable& first);
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard();

    // Before the thread runs.
    void listen(Fd socket);

    /// The thread: serves until it is told to stop and everybody has gone.
    void run();

    // From the control thread.
    void hand_over(const RouteTable& table);
    void ask_to_stop();
    std::uint64_t taken_up() const { return taken_up_.load(std::memory_order_acquire); }

    // From what runs on the thread.
    const RouteTable& table() const { return *table_; }
    bool draining() const { return draining_; }
    bool trusts(const Address& address) const;
    bool full() const { return sessions_.size() >= settings.limits.connections; }
    std::list<Session*>::iterator enter(Session& session);
    /// Asks to wake where `destination` leads, unless somebody just did.
    void ask_to_wake(const Destination& destination) noexcept;
    void leave(std::list<Session*>::iterator place) { sessions_.erase(place); }

    const unsigned index;
    const Settings& settings;
    Log& log;
    Counters counters;
    Loop loop;
    BufferPool buffers;
    PipePool pipes;
    WaitingRoom waiting;

private:
    void ready(std::uint32_t events) override;
    void tick(Tick now) override;
    void wake() noexcept;
    void take_up(const RouteTable& table);
    template <class Use>
    void each_pool(const RouteTable& table, Use use);
    void begin_to_drain();
    void cut_off();

    Fd bell_;
    Loop::Key bell_key_;
    std::list<Listener> listeners_;
    std::list<Session*> sessions_;
    const RouteTable* table_;
    bool draining_ = false;
    Tick drain_until_ = never;

    // What the control thread puts here, this one takes.
    std::atomic<const RouteTable*> handed_over_{nullptr};
    std::atomic<bool> stop_asked_{false};
    std::atomic<std::uint64_t> taken_up_{0};
};

}  // namespace diorama::gateway
