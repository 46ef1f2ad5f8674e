#pragma once

#include "base/clock.hpp"
#include "net/http.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// HTTP/1.1 messages as text (RFC 9112): pure functions over bytes, no I/O, for hostile input.
namespace diorama::http1 {

struct RequestHead {
    std::string method;
    std::string target;
    int minor = 1;  ///< HTTP/1.`minor`.
    Headers headers;
};

struct ResponseHead {
    int status = 0;
    int minor = 1;
    Headers headers;
};

/// `text` ends with the empty line. `invalid` for everything RFC 9112 does not allow, and for
/// what it merely tolerates: bare LF, folded fields, blanks before the colon.
Result<RequestHead> parse_request(std::string_view text);
Result<ResponseHead> parse_response(std::string_view text);

/// How a body ends.
struct Framing {
    enum class Kind { none, length, chunked, until_close };
    Kind kind = Kind::none;
    std::uint64_t length = 0;
};

/// `invalid` when it is said twice, in two ways, or in a way we do not know.
Result<Framing> framing(const RequestHead& head);
Result<Framing> framing(const ResponseHead& head, std::string_view request_method);

bool keeps_alive(const Headers& headers, int minor);

/// Fills path, segments and query from `request.target`: origin form ("/a?b"), absolute form
/// ("http://host/a", whose host replaces the Host field) or "*".
Result<> read_target(Request& request);

/// Takes a body apart, cut anywhere.
class BodyDecoder {
public:
    explicit BodyDecoder(Framing framing);

    /// Takes what it can use from the front of `buffer`; gives the content found in it.
    Result<std::string> feed(std::string& buffer);
    bool done() const { return state_ == State::done; }
    /// The peer sends no more: fine only when the body lasts until then.
    Result<> finish();

private:
    enum class State { content, chunk_size, chunk_data, chunk_end, trailer, done };

    std::string take(std::string& buffer);
    /// One step; false when more bytes are needed.
    Result<bool> step(std::string& buffer, std::string& out);
    Result<bool> read_size(std::string& buffer);
    Result<bool> read_trailer(std::string& buffer);

    Framing framing_;
    State state_;
    std::uint64_t left_ = 0;
    std::size_t trailer_bytes_ = 0;
};

/// Throws std::logic_error for fields that would break out of their line.
std::string format_request(const Request& request, const Framing& framing);
std::string format_response(const Response& response, const Framing& framing, bool keep_alive);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string format_date(Instant at);

/// A piece of a chunked body; `piece` must not be empty.
std::string format_chunk(std::string_view piece);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace diorama::http1
