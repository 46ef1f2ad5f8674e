#pragma once

#include <atomic>
#include <cstdint>

namespace diorama::gateway {

/// A figure that one thread changes and others read.
class Counter {
public:
    void add(std::uint64_t more = 1) noexcept
    {
        // One writer: no locked instruction is needed.
        value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// How many there are now; its end is told to other threads, so that they may take away what was
/// used.
class Gauge {
public:
    void enter() noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void leave() noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) - 1, std::memory_order_release);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_acquire); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Counts a gauge up for as long as it lives.
class Presence {
public:
    explicit Presence(Gauge& gauge) : gauge_(gauge) { gauge_.enter(); }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;
    ~Presence() { gauge_.leave(); }

private:
    Gauge& gauge_;
};

/// What one thread counts. GatewayMetrics says what each means.
struct alignas(64) Counters {
    Counter connections;
    Counter requests;
    Counter answered_4xx;
    Counter answered_5xx;
    Counter connects;
    Counter reuses;
    Counter retries;
    Counter timeouts;
    Counter accidents;
    Gauge open;
    Gauge active;
    Gauge waiting;
};

}  // namespace diorama::gateway
