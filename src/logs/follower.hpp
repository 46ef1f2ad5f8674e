#pragma once

#include "logs/channel.hpp"
#include "store/log_lines.hpp"
#include "store/store.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <stop_token>

namespace diorama {

/// Reads the log of one environment from some line on, for ever: first what the store has, then
/// what comes, each line once and none left out (G05). A reader slower than the log is served from
/// the store. Whoever was cut off goes on with the sequence of the last line seen as `after`.
///
/// The store must outlive it. One `next` at a time.
class Follower {
public:
    /// `query.limit` without `after` is how many of the newest lines come first.
    Follower(Store& store, std::shared_ptr<Channel> channel, log_lines::Query query);
    ~Follower();
    Follower(Follower&&) noexcept = default;
    Follower& operator=(Follower&&) = delete;

    /// The next line, waiting for it; nothing once `stop` was asked.
    Task<Result<std::optional<LogLine>>> next(std::stop_token stop);

private:
    Task<Result<>> read_store();
    void read_channel();
    bool wanted(const LogLine& line) const;

    Store& store_;
    std::shared_ptr<Channel> channel_;
    log_lines::Query query_;
    std::deque<LogLine> ready_;
    bool in_step_ = false;    ///< Nothing older than what the channel published is left to read.
    std::uint64_t seen_ = 0;  ///< What the channel had published when it was looked at.
};

}  // namespace diorama
