#pragma once

#include "base/error.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diorama {

/// Header fields in their order; names compare without case (RFC 9110, 5.1).
class Headers {
public:
    using Field = std::pair<std::string, std::string>;

    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}

    /// The first field of that name; empty when there is none.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;
    /// True when one of the comma-separated elements of `name` is `token`, without case.
    bool lists(std::string_view name, std::string_view token) const;

    void add(std::string name, std::string value);
    /// Replaces all fields of that name.
    void set(std::string name, std::string value);
    void remove(std::string_view name);

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }

private:
    std::vector<Field> fields_;
};

/// A body that arrives, or is made, piece by piece.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    /// The next piece, never an empty one; nothing at the end. After an error or the end, do not
    /// ask again. Dropping the stream before its end ends its connection.
    virtual Task<Result<std::optional<std::string>>> next() = 0;
};

/// Where a producer puts a response's body, piece by piece.
class BodyWriter {
public:
    virtual ~BodyWriter() = default;
    /// Sends `piece` at once and waits until the socket took it. False when nobody listens any
    /// more: stop producing then.
    virtual Task<bool> write(std::string piece) = 0;
    /// Asked to stop when the client went away or the server stops.
    virtual std::stop_token stop() const = 0;
};

/// Writes a body; the writer stays until it returns.
using Producer = std::function<Task<>(BodyWriter&)>;

using Query = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method = "GET";
    /// As sent, path and query. A client sends it unchanged.
    std::string target = "/";

    // The server fills these four.
    std::string path;                   ///< `target` without its query, still encoded.
    std::vector<std::string> segments;  ///< Decoded; "/a/b%2Fc" is {"a", "b/c"}. No "." or "..".
    Query query;                        ///< Decoded, in their order.
    std::string remote;                 ///< The peer's IP address, or "local" on a unix socket.

    std::map<std::string, std::string> params;  ///< What a router found in the path.

    Headers headers;
    std::string body;
    std::unique_ptr<ByteStream> stream;  ///< A client's body in pieces, instead of `body`.

    /// The first value of `name` in the query.
    std::optional<std::string_view> query_value(std::string_view name) const;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    std::unique_ptr<ByteStream> stream;  ///< The body in pieces, instead of `body`.
    Producer producer;                   ///< A server's body pushed in pieces, instead of both.
};

using Handler = std::function<Task<Response>(Request)>;

/// "Not Found" for 404; empty when the status has no usual words.
std::string_view status_words(int status);

/// Strict percent-decoding (RFC 3986, 2.1): `invalid` for a '%' that no two hex digits follow and
/// for control characters. `plus_is_space` is the rule of forms, used for queries.
Result<std::string> decode_component(std::string_view text, bool plus_is_space = false);

/// "a=1&b=x%20y" as pairs.
Result<Query> parse_query(std::string_view text);
/// Pairs as "?a=1&b=x%20y"; empty for none.
std::string format_query(const Query& query);

}  // namespace diorama
