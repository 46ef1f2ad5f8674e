#include "docker/output.hpp"

#include "base/instant.hpp"

#include <algorithm>

namespace diorama::docker {

namespace {

constexpr std::size_t line_limit = 64U << 10U;
/// "2026-03-01T12:00:00.123456789+00:00 " is the longest time the Engine writes.
constexpr std::size_t time_limit = 40;

}  // namespace

Result<Stamp> parse_stamp(std::string_view text)
{
    const auto at = parse_instant(text);
    if (!at) return at.error();
    // The reader above cuts to milliseconds; the digits behind the dot say more.
    std::int64_t fraction = 0;
    int digits = 0;
    const auto dot = text.find('.');
    for (auto i = dot; dot != std::string_view::npos && ++i < text.size() && digits < 9; ++digits) {
        if (text[i] < '0' || text[i] > '9') break;
        fraction = fraction * 10 + (text[i] - '0');
    }
    for (; digits < 9; ++digits)
        fraction *= 10;
    return Stamp{std::chrono::floor<seconds>(*at)} + std::chrono::nanoseconds(fraction);
}

Result<std::vector<Frame>> FrameParser::feed(std::string_view bytes)
{
    const Error no_stream{
        Code::invalid, "the container's output is not framed as the Engine frames it", ""
    };
    if (broken_) return no_stream;
    std::vector<Frame> frames;
    while (!bytes.empty()) {
        if (left_ == 0) {
            header_[header_size_++] = static_cast<unsigned char>(bytes.front());
            bytes.remove_prefix(1);
            if (header_size_ < header_.size()) continue;
            header_size_ = 0;
            // Channel 0 is what a terminal-less container would read; the Engine never sends it.
            broken_ = header_[0] > 2 || header_[1] != 0 || header_[2] != 0 || header_[3] != 0;
            if (broken_) return no_stream;
            channel_ = header_[0] == 2 ? Channel::standard_error : Channel::standard_output;
            for (std::size_t i = 4; i < 8; ++i)
                left_ = (left_ << 8U) | header_[i];
            continue;
        }
        const auto count = std::min<std::size_t>(left_, bytes.size());
        left_ -= static_cast<std::uint32_t>(count);
        frames.push_back({channel_, std::string(bytes.substr(0, count)), left_ == 0});
        bytes.remove_prefix(count);
    }
    return frames;
}

LineAssembler::LineAssembler(bool timestamps, OnLine line)
    : timestamps_(timestamps),
      line_(std::move(line))
{}

void LineAssembler::feed(const Frame& frame)
{
    Pending& pending = pending_[frame.channel == Channel::standard_error ? 1 : 0];
    std::string_view bytes = frame.bytes;
    if (timestamps_ && !pending.in_frame) {
        // The time at the beginning of a frame may itself be cut.
        pending.head += bytes;
        const auto blank = pending.head.find(' ');
        if (blank == std::string::npos && pending.head.size() < time_limit && !frame.ends) return;
        const std::string head = std::exchange(pending.head, {});
        const auto at = parse_stamp(std::string_view(head).substr(0, blank));
        if (at && !pending.at) pending.at = *at;
        const auto said = at && blank != std::string::npos ? blank + 1 : 0;
        append(frame.channel, pending, std::string_view(head).substr(said));
    } else {
        append(frame.channel, pending, bytes);
    }
    pending.in_frame = !frame.ends;
}

void LineAssembler::feed_raw(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const bool ends = end != std::string_view::npos;
        const auto part = bytes.substr(0, ends ? end + 1 : end);
        feed({Channel::standard_output, std::string(part), ends});
        bytes.remove_prefix(part.size());
    }
}

void LineAssembler::append(Channel channel, Pending& pending, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto part = bytes.substr(0, end);
        const auto room = line_limit - std::min(line_limit, pending.text.size());
        pending.text += part.substr(0, room);
        pending.open = true;
        if (end == std::string_view::npos) return;
        emit(channel, pending);
        bytes.remove_prefix(end + 1);
    }
}

void LineAssembler::emit(Channel channel, Pending& pending)
{
    if (pending.text.ends_with('\r')) pending.text.pop_back();
    line_({channel, pending.at, std::move(pending.text)});
    pending.text.clear();
    pending.at.reset();
    pending.open = false;
}

void LineAssembler::finish()
{
    for (const Channel channel : {Channel::standard_output, Channel::standard_error}) {
        Pending& pending = pending_[std::to_underlying(channel)];
        if (!pending.head.empty()) append(channel, pending, std::exchange(pending.head, {}));
        if (pending.open) emit(channel, pending);
    }
}

}  // namespace diorama::docker
