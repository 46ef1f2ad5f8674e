#include "gateway/body.hpp"

#include "gateway/field.hpp"
#include "gateway/scan.hpp"

#include <algorithm>

namespace diorama::gateway {

namespace {

constexpr std::int64_t largest_chunk = std::int64_t{1} << 48;
constexpr std::uint16_t most_framing = 8 * 1024;  ///< Of one extension, or of all trailers.

int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    const char small = lower(byte);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace

Body Body::of(const RequestHead& head)
{
    Body body;
    if (head.chunked) body.kind_ = Kind::chunked;
    if (head.length > 0) {
        body.kind_ = Kind::length;
        body.left_ = head.length;
    }
    return body;
}

Body Body::of(const ResponseHead& head, bool to_head)
{
    Body body;
    if (to_head || head.status < 200 || head.status == 204 || head.status == 304) return body;
    if (head.chunked) {
        body.kind_ = Kind::chunked;
    } else if (head.length < 0) {
        body.kind_ = Kind::until_close;
    } else if (head.length > 0) {
        body.kind_ = Kind::length;
        body.left_ = head.length;
    }
    return body;
}

bool Body::done() const
{
    switch (kind_) {
        case Kind::none: return true;
        case Kind::length: return left_ == 0;
        case Kind::chunked: return state_ == State::end;
        case Kind::until_close: return false;
    }
    return true;
}

std::size_t Body::take(std::string_view bytes)
{
    switch (kind_) {
        case Kind::none: return 0;
        case Kind::until_close: return bytes.size();
        case Kind::chunked: return take_chunked(bytes);
        case Kind::length: break;
    }
    const auto taken = std::min(static_cast<std::uint64_t>(left_), std::uint64_t{bytes.size()});
    skip(taken);
    return taken;
}

std::size_t Body::take_chunked(std::string_view bytes)
{
    std::size_t at = 0;
    while (at < bytes.size() && state_ != State::end && !broken_) {
        if (state_ == State::data) {
            const auto rest = std::uint64_t{bytes.size() - at};
            const auto taken = std::min(static_cast<std::uint64_t>(left_), rest);
            skip(taken);
            at += taken;
            if (left_ == 0) state_ = State::data_cr;
        } else {
            step(bytes[at]);
            if (!broken_) ++at;
        }
    }
    return at;
}

void Body::step(char byte)
{
    switch (state_) {
        case State::size: size_digit(byte); break;
        case State::extension:
            spend();
            if (byte == '\r')
                state_ = State::size_lf;
            else if (is_control(byte) && byte != '\t')
                broken_ = true;
            break;
        case State::size_lf:
            spent_ = 0;
            digits_ = 0;
            expect(byte, '\n', left_ > 0 ? State::data : State::trailer_start);
            break;
        case State::data_cr: expect(byte, '\r', State::data_lf); break;
        case State::data_lf: expect(byte, '\n', State::size); break;
        case State::trailer_lf: expect(byte, '\n', State::trailer_start); break;
        case State::last_lf: expect(byte, '\n', State::end); break;
        default: trailer_byte(byte); break;
    }
}

void Body::size_digit(char byte)
{
    const int digit = hex_value(byte);
    if (digit >= 0) {
        left_ = left_ * 16 + digit;
        broken_ = ++digits_ > 16 || left_ > largest_chunk;
    } else if (digits_ > 0 && byte == '\r') {
        state_ = State::size_lf;
    } else if (digits_ > 0 && (byte == ';' || is_space(byte))) {
        state_ = State::extension;
    } else {
        broken_ = true;
    }
}

void Body::trailer_byte(char byte)
{
    spend();
    if (state_ == State::trailer_start) {
        name_size_ = 0;
        state_ = byte == '\r' ? State::last_lf : State::trailer_name;
        if (byte == '\r') return;
    }
    if (state_ == State::trailer_value) {
        if (byte == '\r')
            state_ = State::trailer_lf;
        else if (is_control(byte) && byte != '\t')
            broken_ = true;
        return;
    }
    if (is_token(byte)) {
        if (name_size_ < name_.size()) name_[name_size_++] = byte;
        return;
    }
    // Framing, routing and whom to trust are settled by the head (RFC 9110 section 6.5.1).
    const bool harmless = sort({name_.data(), name_size_}) == Field::other;
    broken_ = byte != ':' || name_size_ == 0 || !harmless;
    state_ = State::trailer_value;
}

void Body::expect(char byte, char wanted, State next)
{
    broken_ = byte != wanted;
    state_ = next;
}

void Body::spend()
{
    if (++spent_ > most_framing) broken_ = true;
}

}  // namespace diorama::gateway
