#include "gateway/body.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diorama::gateway;
using namespace std::string_literals;

namespace {

Body chunked()
{
    RequestHead head;
    head.chunked = true;
    return Body::of(head);
}

/// True when the bytes are refused, whether they come at once or one by one.
bool broken(const std::string& bytes)
{
    Body whole = chunked();
    whole.take(bytes);
    Body slow = chunked();
    for (const char& byte : bytes)
        if (!slow.broken()) slow.take({&byte, 1});
    CHECK(whole.broken() == slow.broken());
    return whole.broken();
}

Body answer(int status, std::int64_t length, bool chunks, bool to_head)
{
    ResponseHead head;
    head.status = status;
    head.length = length;
    head.chunked = chunks;
    return Body::of(head, to_head);
}

}  // namespace

TEST_CASE("a body with a length ends where it says")
{
    RequestHead head;
    head.length = 5;
    Body body = Body::of(head);
    CHECK(body.take("abc") == 3);
    CHECK_FALSE(body.done());
    CHECK(body.left() == 2);
    CHECK(body.take("deGET /") == 2);
    CHECK(body.done());
    CHECK(body.take("GET /") == 0);
}

TEST_CASE("a chunked body ends behind its trailers, however it is cut into pieces")
{
    const std::string text = "5;name=\"a b\"\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n";
    const std::string next = "GET / HTTP/1.1\r\n";
    for (std::size_t first = 0; first <= text.size(); ++first) {
        Body body = chunked();
        const std::size_t taken = body.take(text.substr(0, first));
        CHECK(taken == first);
        CHECK(body.take(text.substr(first) + next) == text.size() - first);
        CHECK(body.done());
        CHECK_FALSE(body.broken());
    }
}

TEST_CASE("SEC-44 chunks that two parsers could read in two ways are refused")
{
    for (const std::string& bytes : {
             "5\nhello\r\n0\r\n\r\n"s,
             "5\r\nhello\n0\r\n\r\n"s,
             "5\r\nhelloX\r\n"s,
             "5\r\nhello\r\r\n"s,
             "5;a\nb\r\nhello"s,
             "5;a\0b\r\n"s,
             "5;a\rb\r\n"s,
             "\r\n"s,
             ";x\r\n"s,
             " 5\r\n"s,
             "+5\r\n"s,
             "-5\r\n"s,
             "0x5\r\n"s,
             "5x\r\n"s,
             "ffffffffffffffff\r\n"s,
             "1000000000001\r\n"s,
             "00000000000000000005\r\n"s,
             "0\r\n\n"s,
             "0\r\nX: 1\n\r\n"s,
             "0\r\nX : 1\r\n\r\n"s,
             "0\r\n X: 1\r\n\r\n"s,
             "0\r\nX\r\n\r\n"s,
             "0\r\n: 1\r\n\r\n"s,
             "0\r\nX: 1\0\r\n\r\n"s,
         }) {
        CAPTURE(bytes);
        CHECK(broken(bytes));
    }
    CHECK(broken("1;" + std::string(9'000, 'x')));
    CHECK(broken("0\r\nX: " + std::string(9'000, 'x')));
}

TEST_CASE("SEC-43 a trailer cannot bring in what a head may not")
{
    for (const std::string name :
         {"Host",
          "Content-Length",
          "transfer-encoding",
          "X-Forwarded-For",
          "x_forwarded_user",
          "X-Diorama-Actor",
          "Forwarded",
          "X-Real-IP",
          "Connection",
          "Upgrade",
          "X-Forwarded-Something-Very-Long"}) {
        CAPTURE(name);
        CHECK(broken("0\r\n" + name + ": 1\r\n\r\n"));
    }
    CHECK_FALSE(broken("0\r\nX-Amz-Trailer-Signature: 1\r\nServer-Timing: a\r\n\r\n"));
}

TEST_CASE("an answer has the body that its status and the request allow")
{
    CHECK(answer(200, 3, false, true).done());
    CHECK(answer(204, -1, true, false).done());
    CHECK(answer(304, 99, false, false).done());
    CHECK(answer(200, 0, false, false).done());
    CHECK(answer(200, 3, false, false).left() == 3);
    CHECK(answer(200, -1, false, false).kind() == Body::Kind::until_close);
    CHECK_FALSE(answer(200, -1, true, false).done());
}
