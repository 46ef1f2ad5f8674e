#include "net/http1.hpp"

#include <algorithm>
#include <charconv>

namespace diorama::http1 {

namespace {

/// A chunk's size line, its extensions included, and all trailers together may not be longer.
constexpr std::size_t line_limit = 4096;

Error malformed(std::string_view why)
{
    return {Code::invalid, fmt::format("malformed HTTP body: {}", why), ""};
}

}  // namespace

BodyDecoder::BodyDecoder(Framing framing)
    : framing_(framing),
      state_(State::content),
      left_(framing.length)
{
    using Kind = Framing::Kind;
    if (framing.kind == Kind::none || (framing.kind == Kind::length && left_ == 0))
        state_ = State::done;
    if (framing.kind == Kind::chunked) state_ = State::chunk_size;
}

Result<std::string> BodyDecoder::feed(std::string& buffer)
{
    std::string out;
    for (bool more = true; more && state_ != State::done;) {
        const auto stepped = step(buffer, out);
        if (!stepped) return stepped.error();
        more = *stepped;
    }
    return out;
}

Result<bool> BodyDecoder::step(std::string& buffer, std::string& out)
{
    switch (state_) {
        case State::content:
            if (framing_.kind == Framing::Kind::until_close) {
                out += std::exchange(buffer, {});
                return false;
            }
            out += take(buffer);
            if (left_ == 0) state_ = State::done;
            return false;
        case State::chunk_size: return read_size(buffer);
        case State::chunk_data:
            out += take(buffer);
            if (left_ == 0) state_ = State::chunk_end;
            return left_ == 0;
        case State::chunk_end:
            if (buffer.size() < 2) return false;
            if (!buffer.starts_with("\r\n")) return malformed("a chunk is longer than it says");
            buffer.erase(0, 2);
            state_ = State::chunk_size;
            return true;
        case State::trailer: return read_trailer(buffer);
        case State::done: return false;
    }
    return false;
}

std::string BodyDecoder::take(std::string& buffer)
{
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
    left_ -= count;
    if (count == buffer.size()) return std::exchange(buffer, {});
    std::string taken = buffer.substr(0, count);
    buffer.erase(0, count);
    return taken;
}

Result<bool> BodyDecoder::read_size(std::string& buffer)
{
    const auto end = buffer.find('\n');
    if (end == std::string::npos) {
        if (buffer.size() > line_limit) return malformed("a chunk's size line does not end");
        return false;
    }
    if (end == 0 || end > line_limit || buffer[end - 1] != '\r')
        return malformed("a chunk's size line");
    const auto digits_end = std::min(buffer.find_first_of("; \t\r"), end - 1);
    const auto* stop = buffer.data() + digits_end;
    const auto [read, error] = std::from_chars(buffer.data(), stop, left_, 16);
    if (digits_end == 0 || error != std::errc{} || read != stop)
        return malformed("a chunk's size is no number");
    buffer.erase(0, end + 1);
    state_ = left_ == 0 ? State::trailer : State::chunk_data;
    return true;
}

Result<bool> BodyDecoder::read_trailer(std::string& buffer)
{
    const auto end = buffer.find('\n');
    const auto length = end == std::string::npos ? buffer.size() : end + 1;
    if (trailer_bytes_ + length > line_limit) return malformed("the trailer is too long");
    if (end == std::string::npos) return false;
    if (end == 0 || buffer[end - 1] != '\r') return malformed("the trailer has a line without CR");
    trailer_bytes_ += length;
    buffer.erase(0, length);
    if (length == 2) state_ = State::done;
    return true;
}

Result<> BodyDecoder::finish()
{
    if (framing_.kind == Framing::Kind::until_close) state_ = State::done;
    if (done()) return ok();
    return Error{Code::unavailable, "the connection ended in the middle of the body", ""};
}

}  // namespace diorama::http1
