#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What containers say, taken apart: pure functions over bytes that may come from anywhere and be
/// cut anywhere.
namespace diorama::docker {

enum class Channel { standard_output, standard_error };

/// A piece of output as the Engine frames it.
struct Frame {
    Channel channel = Channel::standard_output;
    std::string bytes;
    bool ends = true;  ///< False when more of the same frame follows.
    friend bool operator==(const Frame&, const Frame&) = default;
};

/// Parts the stream of a container without a terminal: an eight-byte header (channel, three zeros,
/// length in network order) before each piece. Large frames are handed on in parts: a header that
/// promises 4 GiB costs nothing.
class FrameParser {
public:
    /// `invalid` when this is no such stream; stays so.
    Result<std::vector<Frame>> feed(std::string_view bytes);
    /// False when the stream was cut in the middle of a frame.
    bool complete() const { return header_size_ == 0 && left_ == 0; }

private:
    std::array<unsigned char, 8> header_{};
    std::size_t header_size_ = 0;
    std::uint32_t left_ = 0;
    Channel channel_ = Channel::standard_output;
    bool broken_ = false;
};

/// When the Engine got something, as finely as it knows: lines can be told apart by it.
using Stamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// The Engine's RFC 3339 times with up to nine digits behind the dot.
Result<Stamp> parse_stamp(std::string_view text);

/// A line of output, without its line break.
struct OutputLine {
    Channel channel = Channel::standard_output;
    std::optional<Stamp> at;  ///< When the Engine got it; logs only.
    std::string text;
    friend bool operator==(const OutputLine&, const OutputLine&) = default;
};

using OnLine = std::function<void(OutputLine)>;

/// Makes lines of pieces. Lines beyond 64 KiB are cut.
class LineAssembler {
public:
    /// With `timestamps`, each line (and each frame of a long one) begins with its time, as the
    /// Engine writes logs when asked for them.
    LineAssembler(bool timestamps, OnLine line);

    void feed(const Frame& frame);
    /// Output of a container with a terminal, which the Engine does not frame.
    void feed_raw(std::string_view bytes);
    /// Hands out what did not end with a line break.
    void finish();

private:
    struct Pending {
        std::string text;
        std::string head;  ///< The beginning of a frame, until its time can be read.
        std::optional<Stamp> at;
        bool in_frame = false;
        bool open = false;  ///< Something of the line is there, even if it is empty so far.
    };

    void append(Channel channel, Pending& pending, std::string_view bytes);
    void emit(Channel channel, Pending& pending);

    bool timestamps_;
    OnLine line_;
    std::array<Pending, 2> pending_;
};

}  // namespace diorama::docker
