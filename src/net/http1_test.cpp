#include "net/http1.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using http1::BodyDecoder;
using http1::Framing;

namespace {

std::string request(std::string_view fields)
{
    return fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n", fields);
}

/// Feeds `bytes` in pieces of `size`; the content, or nothing when it was refused or did not end.
std::optional<std::string> decode(Framing framing, std::string_view bytes, std::size_t size)
{
    BodyDecoder decoder(framing);
    std::string buffer;
    std::string content;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        buffer += bytes.substr(at, size);
        const auto part = decoder.feed(buffer);
        if (!part) return std::nullopt;
        content += *part;
    }
    return decoder.done() ? std::optional(content) : std::nullopt;
}

constexpr Framing chunked{.kind = Framing::Kind::chunked};

}  // namespace

TEST_CASE("a request's head is read")
{
    const auto head =
        http1::parse_request("GET /a?b=c HTTP/1.1\r\nHost: x\r\nAccept:  */* \r\nEmpty:\r\n\r\n");
    REQUIRE(head.has_value());
    CHECK(head->method == "GET");
    CHECK(head->target == "/a?b=c");
    CHECK(head->headers.get("accept") == "*/*");
    CHECK(head->headers.get("empty").empty());
    CHECK(http1::framing(*head)->kind == Framing::Kind::none);
}

TEST_CASE("SEC-44 heads that one reader might understand otherwise than another are refused")
{
    for (const std::string& wrong : {
             std::string("GET / HTTP/1.1\n\n"),
             std::string("GET / HTTP/1.1\r\nHost: a\n\r\n"),
             std::string("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"),
             std::string("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
             std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
             std::string("GET / HTTP/1.1\r\nAccept: a\r\n\r\n"),
             std::string("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
             std::string("GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
             std::string("GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
             std::string("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"),
             std::string("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n", 27),
             std::string("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
             std::string("GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n"),
             std::string("GET / HTTP/1.1"),
             std::string("\r\n\r\n"),
             std::string(),
         }) {
        CAPTURE(wrong);
        CHECK(http1::parse_request(wrong).error().code == Code::invalid);
    }
}

TEST_CASE("SEC-44 a body's length is said once and in one way")
{
    for (const auto* wrong : {
             "Content-Length: 1\r\nContent-Length: 1\r\n",
             "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: xchunked\r\n",
             "Content-Length: 1, 1\r\n",
             "Content-Length: +1\r\n",
             "Content-Length: -1\r\n",
             "Content-Length: 0x1\r\n",
             "Content-Length: 99999999999999999999\r\n",
             "Content-Length:\r\n",
         }) {
        CAPTURE(wrong);
        const auto head = http1::parse_request(request(wrong));
        REQUIRE(head.has_value());
        CHECK(http1::framing(*head).error().code == Code::invalid);
    }
    CHECK(http1::framing(*http1::parse_request(request("Content-Length: 12\r\n")))->length == 12);
    CHECK(
        http1::framing(*http1::parse_request(request("Transfer-Encoding: Chunked\r\n")))->kind ==
        chunked.kind
    );
}

TEST_CASE("a chunked body is read, however the network cuts it")
{
    const std::string body = "5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t size = 1; size <= body.size(); ++size) {
        CAPTURE(size);
        CHECK(decode(chunked, body, size) == "hello world");
    }
}

TEST_CASE("SEC-44 chunks that lie about their size are refused")
{
    for (const auto* wrong :
         {"5\r\nhello!\r\n0\r\n\r\n",
          "5\nhello\r\n0\r\n\r\n",
          "x\r\n",
          "-1\r\n",
          "\r\n",
          "fffffffffffffffff\r\n",
          "5 \r\nhello\r\n0\r\n\n",
          "0\r\nX: 1\n\r\n",
          "+5\r\nhello\r\n0\r\n\r\n"}) {
        for (const std::size_t size : {1U, 3U, 100U}) {
            CAPTURE(wrong);
            CHECK_FALSE(decode(chunked, wrong, size).has_value());
        }
    }
    CHECK_FALSE(decode(chunked, std::string(5000, '0'), 100).has_value());
    CHECK_FALSE(decode(chunked, "0\r\n" + std::string(5000, 'x'), 100).has_value());
}

TEST_CASE("bytes behind a body are left for the next message")
{
    BodyDecoder decoder({.kind = Framing::Kind::length, .length = 4});
    std::string buffer = "bodyGET /";
    CHECK(*decoder.feed(buffer) == "body");
    CHECK(decoder.done());
    CHECK(buffer == "GET /");
}

TEST_CASE("a body that ends too early is a failure of the connection")
{
    BodyDecoder decoder({.kind = Framing::Kind::length, .length = 4});
    CHECK(decoder.finish().error().code == Code::unavailable);
    BodyDecoder open({.kind = Framing::Kind::until_close});
    CHECK(open.finish().has_value());
}

TEST_CASE("SEC-44 a target becomes decoded segments, or is refused")
{
    Request request{.target = "/api/branch/feature%2Fx//?a=b%20c"};
    REQUIRE(http1::read_target(request).has_value());
    CHECK(request.segments == std::vector<std::string>{"api", "branch", "feature/x", ""});
    CHECK(request.query_value("a") == "b c");

    Request absolute{.target = "http://shop.localhost:8080?x=1", .headers = {{"Host", "other"}}};
    REQUIRE(http1::read_target(absolute).has_value());
    CHECK(absolute.path == "/");
    CHECK(absolute.headers.get("host") == "shop.localhost:8080");

    for (const auto* wrong :
         {"/a/../b", "/%2e%2e/etc", "/a/%2E", "/%00", "/a%0a", "/%", "a", "/a#b", "ftp://x/"}) {
        CAPTURE(wrong);
        Request bad{.target = wrong};
        CHECK(http1::read_target(bad).error().code == Code::invalid);
    }
}

TEST_CASE("a header field that would break out of its line is never sent")
{
    Response response{.headers = {{"Location", "/\r\nSet-Cookie: a=b"}}};
    CHECK_THROWS(http1::format_response(response, {}, true));
    CHECK_THROWS(http1::format_request({.target = "/a b"}, {}));
}

TEST_CASE("dates are written as HTTP wants them")
{
    CHECK(http1::format_date(Instant{seconds{784111777}}) == "Sun, 06 Nov 1994 08:49:37 GMT");
}
