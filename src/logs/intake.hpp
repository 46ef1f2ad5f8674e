#pragma once

#include "logs/limits.hpp"
#include "logs/lines.hpp"
#include "logs/redactor.hpp"
#include "model/log.hpp"

#include <deque>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace diorama {

/// The way of one environment's lines from whoever wrote them to the store: limited, redacted,
/// cleaned, queued. Knows no clock and no store.
class LineIntake {
public:
    LineIntake(
        EnvironmentId environment, LogLimits limits, std::shared_ptr<const SecretSet> secrets
    );

    /// What was held back under the old set is decided by it.
    void set_secrets(std::shared_ptr<const SecretSet> secrets);

    void take(LogLine line, Instant now);

    /// Called regularly: queues what was held back and got nothing more since the last call, and
    /// says how many lines were dropped, at most once a second.
    void settle(Instant now);
    /// The end: queues everything.
    void finish(Instant now);

    const std::vector<LogLine>& queued() const { return queue_; }
    /// Takes out at most `count` lines.
    std::vector<LogLine> next(std::size_t count);
    /// They could not be stored now: they come first again.
    void put_back(std::vector<LogLine> lines);
    /// They cannot be stored at all.
    void lose(std::size_t lines) { lost_ += lines; }
    /// True when `settle` has to be called again.
    bool restless() const { return !streams_.empty() || dropped_ != 0 || lost_ != 0; }

private:
    /// Lines that follow each other: what one service writes to one stream.
    using Source = std::tuple<LogType, std::string, std::string, std::optional<DeploymentId>>;
    struct Waiting {
        Instant at;
        std::size_t lines = 1;
    };
    struct Stream {
        explicit Stream(std::shared_ptr<const SecretSet> secrets) : redactor(std::move(secrets)) {}
        Redactor redactor;
        Lines lines;
        std::deque<Waiting> waiting;  ///< When the lines came that the redactor still holds.
        bool fresh = true;            ///< Something came since the last `settle`.
    };

    bool admit(std::size_t bytes, Instant now);
    void queue(const Source& source, Stream& stream);
    void end(const Source& source, Stream& stream);
    void say(Instant now, std::string message);
    void confess(Instant now);

    EnvironmentId environment_;
    LogLimits limits_;
    std::shared_ptr<const SecretSet> secrets_;
    Bucket lines_, bytes_;
    std::map<Source, Stream> streams_;
    std::vector<LogLine> queue_;
    std::string clean_;             ///< What the redactor let out; kept for its memory,
    std::vector<std::string> cut_;  ///< as is this: the same, in lines.
    std::uint64_t dropped_ = 0, lost_ = 0;
    Instant confessed_at_{};
};

}  // namespace diorama
