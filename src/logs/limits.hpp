#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace diorama {

/// How much one environment may write. Beyond it lines are counted, not kept.
struct LogLimits {
    double lines_per_second = 1000;
    double lines_at_once = 20'000;  ///< What may come in a burst, such as a build's log.
    double bytes_per_second = 1 << 20;
    double bytes_at_once = 16 << 20;
    std::size_t queue = 20'000;    ///< Lines that wait for the store.
    std::uint64_t keep = 200'000;  ///< Newest lines kept of one environment.
    milliseconds delay{100};       ///< A line is stored and shown no later.
    std::size_t batch = 500;       ///< Lines of one transaction.
};

/// A bucket that fills at a rate: what it holds may be spent at once.
class Bucket {
public:
    Bucket(double per_second, double most) : per_second_(per_second), most_(most), level_(most) {}

    void fill(Instant now)
    {
        const std::chrono::duration<double> passed = now - filled_;
        filled_ = now;
        level_ = std::min(most_, level_ + std::max(0.0, passed.count()) * per_second_);
    }
    /// Something larger than the bucket may pass when it is full.
    bool has(double amount) const { return level_ >= std::min(amount, most_); }
    void spend(double amount) { level_ -= amount; }

private:
    double per_second_, most_, level_;
    Instant filled_{};
};

}  // namespace diorama
