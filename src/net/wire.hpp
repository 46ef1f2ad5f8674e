#pragma once

#include "base/scheduler.hpp"
#include "net/http1.hpp"
#include "net/stream.hpp"

#include <memory>
#include <optional>
#include <string>

/// What both ends of an HTTP connection do with its bytes. Included by net's own files only.
namespace diorama {

/// Closes `stream` when it goes on for longer than `limit`.
class Cutoff {
public:
    Cutoff(Scheduler& scheduler, milliseconds limit, Stream& stream)
        : timer_(scheduler.after(limit, [this, &stream] {
              expired_ = true;
              stream.close();
          }))
    {}
    Cutoff(const Cutoff&) = delete;
    Cutoff& operator=(const Cutoff&) = delete;

    bool expired() const { return expired_; }

private:
    bool expired_ = false;
    std::unique_ptr<Scheduler::Timer> timer_;
};

/// Reads messages from a stream and keeps what arrived too early.
class Wire {
public:
    explicit Wire(Stream& stream) : stream_(stream) {}

    /// Waits for more bytes; false at the end of the stream.
    Task<Result<bool>> fill();
    /// A head with its empty line. Nothing when the peer left before its first byte; `too_many`
    /// beyond `limit`.
    Task<Result<std::optional<std::string>>> head(std::size_t limit);
    /// The next piece of a body; nothing at its end.
    Task<Result<std::optional<std::string>>> piece(http1::BodyDecoder& decoder);
    /// A whole body; `too_many` beyond `limit`.
    Task<Result<std::string>> body(http1::BodyDecoder& decoder, std::size_t limit);

    bool has_bytes() const { return !buffer_.empty(); }
    std::size_t size() const { return buffer_.size(); }
    std::string take() { return std::exchange(buffer_, {}); }

private:
    Stream& stream_;
    std::string buffer_;
};

}  // namespace diorama
