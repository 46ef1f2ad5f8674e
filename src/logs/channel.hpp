#pragma once

#include "base/concurrency.hpp"
#include "model/log.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

namespace diorama {

/// The newest lines of one environment, in memory for those who follow it. What is older is in the
/// store: whoever falls behind reads there, so a slow reader costs nothing and misses nothing.
class Channel {
public:
    static constexpr std::size_t kept = 1000;

    explicit Channel(Scheduler& scheduler) : published_(scheduler) {}

    /// Lines the store took, in their order.
    void publish(const std::vector<LogLine>& lines);

    /// The sequence of the newest line published here; 0 before the first.
    std::uint64_t last() const { return last_; }
    /// True when every line after `sequence` is in memory.
    bool covers(std::uint64_t sequence) const { return sequence >= recent_after_; }
    /// Those after `sequence`.
    std::vector<LogLine> after(std::uint64_t sequence) const;

    /// Waits for the next `publish`; false when `stop` was asked before.
    Task<bool> wait(std::stop_token stop) { return published_.wait(std::move(stop)); }

    /// Lines are kept in memory while somebody follows.
    void enter() { ++followers_; }
    void leave() { --followers_; }

private:
    std::deque<LogLine> recent_;
    std::uint64_t recent_after_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t last_ = 0;
    std::size_t followers_ = 0;
    Notice published_;
};

}  // namespace diorama
