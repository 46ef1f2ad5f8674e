#pragma once

#include "gateway/head.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace diorama::gateway {

/// Follows a body to its end while its bytes are passed on unchanged (RFC 9112 sections 6 and 7).
///
/// Chunked framing is checked as strictly as heads are: what two parsers could read in two ways
/// (a bare LF, a sign, a size beyond 2^48) is refused, and so are trailers that name a field the
/// gateway vouches for.
class Body {
public:
    enum class Kind : std::uint8_t { none, length, chunked, until_close };

    static Body of(const RequestHead& head);
    /// `to_head`: the answer is to a HEAD request and has no body whatever it says.
    static Body of(const ResponseHead& head, bool to_head);

    Kind kind() const { return kind_; }
    /// Nothing more belongs to the body. One that lasts until the close is never done by itself.
    bool done() const;
    /// The framing is broken: nothing behind it can be trusted.
    bool broken() const { return broken_; }
    /// Bytes to come of a body of known length; 0 for others.
    std::int64_t left() const { return kind_ == Kind::length ? left_ : 0; }

    /// How many of these bytes belong to the body; follows them.
    std::size_t take(std::string_view bytes);
    /// `bytes` went by unseen. Only for bodies of known length.
    void skip(std::size_t bytes) { left_ -= static_cast<std::int64_t>(bytes); }

private:
    enum class State : std::uint8_t {
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        end,
    };

    std::size_t take_chunked(std::string_view bytes);
    void step(char byte);
    void size_digit(char byte);
    void trailer_byte(char byte);
    void expect(char byte, char wanted, State next);
    /// Counts what is neither data nor a size, so that nobody fills a connection with it.
    void spend();

    Kind kind_ = Kind::none;
    State state_ = State::size;
    bool broken_ = false;
    std::uint8_t digits_ = 0;
    std::uint8_t name_size_ = 0;
    std::uint16_t spent_ = 0;
    std::int64_t left_ = 0;
    std::array<char, 20> name_;  ///< The front of a trailer's name; long enough to know ours.
};

}  // namespace diorama::gateway
