#include "gateway/head.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

using namespace diorama::gateway;
using namespace std::string_literals;

namespace {

/// The status a request is refused with, 0 when it is taken, -1 when more is awaited.
int refusal(const std::string& text, const HeadRules& rules = {})
{
    RequestHead head;
    const Parse parsed = parse_request(text, rules, head);
    if (parsed == Parse::more) return -1;
    return parsed == Parse::done ? 0 : head.refusal.status;
}

RequestHead request(const std::string& text, const HeadRules& rules = {})
{
    RequestHead head;
    REQUIRE(parse_request(text, rules, head) == Parse::done);
    return head;
}

int answer_refusal(const std::string& text)
{
    ResponseHead head;
    const Parse parsed = parse_response(text, {}, head);
    if (parsed == Parse::more) return -1;
    return parsed == Parse::done ? 0 : head.refusal.status;
}

std::string with(const std::string& fields)
{
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string kept(std::string_view text, const Head& head)
{
    std::string all;
    std::size_t from = 0;
    for (const Cuts::Cut& cut : head.cuts) {
        all += text.substr(from, cut.begin - from);
        from = cut.end;
    }
    return all + std::string(text.substr(from, head.size - from));
}

}  // namespace

TEST_CASE("a head is taken apart")
{
    const std::string text = "GET /a/b?c=d HTTP/1.1\r\nHost: Shop.Example:8080\r\n"
                             "Accept: text/plain, text/html;q=0.8\r\n\r\nrest";
    const RequestHead head = request(text);
    CHECK(head.method == "GET");
    CHECK(head.path == "/a/b");
    CHECK(head.query == "?c=d");
    CHECK(head.host == "Shop.Example");
    CHECK(head.authority == "Shop.Example:8080");
    CHECK(head.accepts_html);
    CHECK(head.size == text.size() - 4);
    CHECK_FALSE(head.close);
    CHECK_FALSE(head.has_body());
}

TEST_CASE("a head that comes in pieces asks for more at every byte")
{
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\nAccept: x\r\n\r\n";
    for (std::size_t size = 0; size < text.size(); ++size) {
        CAPTURE(size);
        CHECK(refusal(text.substr(0, size)) == -1);
    }
    CHECK(refusal(text) == 0);
}

TEST_CASE("SEC-44 what two parsers could read in two ways is refused")
{
    const std::vector<std::pair<std::string, int>> hostile{
        {with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),          400},
        {with("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"),          400},
        {with("Content-Length: 4\r\nContent-Length: 4\r\n"),                   400},
        {with("Content-Length: 4, 4\r\n"),                                     400},
        {with("Content-Length: +4\r\n"),                                       400},
        {with("Content-Length: -4\r\n"),                                       400},
        {with("Content-Length: 0x4\r\n"),                                      400},
        {with("Content-Length: 4 4\r\n"),                                      400},
        {with("Content-Length:\r\n"),                                          400},
        {with("Content-Length: 9999999999999999999\r\n"),                      400},
        {with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {with("Transfer-Encoding: gzip, chunked\r\n"),                         501},
        {with("Transfer-Encoding: chunked, identity\r\n"),                     501},
        {with("Transfer-Encoding: xchunked\r\n"),                              501},
        {with("Transfer-Encoding: \"chunked\"\r\n"),                           501},
        {with("Transfer-Encoding : chunked\r\n"),                              400},
        {with("Transfer-Encoding\t: chunked\r\n"),                             400},
        {with("Transfer-Encoding: chunked\r\n\tfolded\r\n"),                   400},
        {with("X: a\r\n b\r\n"),                                               400},
        {with(" X: a\r\n"),                                                    400},
        {with("X: a\nY: b\r\n"),                                               400},
        {with("X: a\rY: b\r\n"),                                               400},
        {with("X: a\r\rY: b\r\n"),                                             400},
        {with("X: a\0b\r\n"s),                                                 400},
        {with("X\0: a\r\n"s),                                                  400},
        {with("X: a\x7f\r\n"),                                                 400},
        {with("X: a\x0b\r\n"),                                                 400},
        {with("X(: a\r\n"),                                                    400},
        {with(": a\r\n"),                                                      400},
        {with("X\r\n"),                                                        400},
        {with("Connection: Content-Length\r\nContent-Length: 5\r\n"),          400},
        {with("Connection: host\r\n"),                                         400},
        {with("Connection: Transfer-Encoding\r\n"),                            400},
        {"GET / HTTP/1.1\nHost: a\n\n",                                        400},
        {"GET / HTTP/1.1\r\nHost: a\n\n",                                      400},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",                              400},
        {" GET / HTTP/1.1\r\nHost: a\r\n\r\n",                                 400},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",                                 400},
        {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n",                                 400},
        {"GET / x HTTP/1.1\r\nHost: a\r\n\r\n",                                400},
        {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",                                 400},
        {"GET /\r\n\r\n",                                                      400},
        {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n",                                  400},
        {"GET / http/1.1\r\nHost: a\r\n\r\n",                                  400},
        {"GET / HTTP/1.10\r\nHost: a\r\n\r\n",                                 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n",                                  505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",                                   505},
        {"GET / HTTP/1.2\r\nHost: a\r\n\r\n",                                  505},
        {"GET /#frag HTTP/1.1\r\nHost: a\r\n\r\n",                             400},
        {"GET a HTTP/1.1\r\nHost: a\r\n\r\n",                                  400},
        {"GET * HTTP/1.1\r\nHost: a\r\n\r\n",                                  400},
        {"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",                      405},
        {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",                                405},
        {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",   400},
    };
    for (const auto& [text, status] : hostile) {
        CAPTURE(text);
        CHECK(refusal(text) == status);
    }
}

TEST_CASE("SEC-44 there is one host, and it is a plain one")
{
    const auto host = [](const std::string& value) {
        return refusal("GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n");
    };
    for (const std::string good :
         {"a",
          "a.b-c_d.example",
          "a.example.",
          "a:80",
          "a:",
          "10.0.0.1:8080",
          "[::1]",
          "[fd00::7]:80"}) {
        CAPTURE(good);
        CHECK(host(good) == 0);
    }
    for (const std::string bad :
         {"",     "a b",    "a,b",     "user@a",  "a/b",       "a?b",      "a#b",
          "a\\b", "a%2eb",  "a:b",     "a:80:80", "a:80@b",    "a:999999", "[::1",
          "[x]",  "[::1]x", "[::1]:x", ".",       "ä.example", "a\tb",     "http://a"}) {
        CAPTURE(bad);
        CHECK(host(bad) == 400);
    }
    CHECK(host(std::string(254, 'a')) == 400);
    CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n") == 400);
    CHECK(refusal("GET / HTTP/1.0\r\n\r\n") == 0);
}

TEST_CASE("SEC-44 an absolute target must name the host that Host names")
{
    const std::string text = "GET http://A.example/x?y HTTP/1.1\r\nHost: a.Example\r\n\r\n";
    const RequestHead head = request(text);
    CHECK(head.path == "/x");
    CHECK(head.query == "?y");
    CHECK(refusal("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("SEC-44 a head has a bounded number of fields and of fields that end here")
{
    std::string fields;
    for (int i = 0; i < 99; ++i)
        fields += fmt::format("X-{}: 1\r\n", i);
    CHECK(refusal(with(fields)) == 0);
    CHECK(refusal(with(fields + "One: 1\r\nTwo: 2\r\n")) == 431);
    fields.clear();
    for (int i = 0; i < 41; ++i)
        fields += "Keep-Alive: 1\r\n";
    CHECK(refusal(with(fields)) == 431);
    std::string names;
    for (int i = 0; i < 17; ++i)
        names += fmt::format("x{},", i);
    CHECK(refusal(with("Connection: " + names + "\r\n")) == 431);
}

TEST_CASE("fields that end at this hop are cut out, those that Connection names too")
{
    const std::string text =
        "GET / HTTP/1.1\r\nX-Two: 2\r\nHost: a\r\nKeep-Alive: 5\r\nStay: 1\r\n"
        "Connection: close, x-one\r\nx-ONE: 1\r\nTE: trailers\r\nProxy: evil\r\n"
        "Proxy-Connection: x\r\nConnection: X-Two, keep-alive\r\n\r\n";
    const RequestHead head = request(text);
    CHECK(head.close);
    CHECK(kept(text, head) == "GET / HTTP/1.1\r\nHost: a\r\nStay: 1\r\n\r\n");
}

TEST_CASE("SEC-43 what tells an app who asks is never believed from outside, in any spelling")
{
    const std::string text =
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\nx-forwarded-proto: 1\r\n"
        "X-Forwarded-User: admin\r\nX_Forwarded_User: admin\r\nX-Forwarded_Host: 1\r\n"
        "X-Real-IP: 1\r\nX_REAL_IP: 1\r\nForwarded: for=1\r\nX-Diorama-Actor: admin\r\n"
        "x_diorama-actor: admin\r\nX-Forwardedness: stays\r\n\r\n";
    CHECK(
        kept(text, request(text)) == "GET / HTTP/1.1\r\nHost: a\r\nX-Forwardedness: stays\r\n\r\n"
    );

    const std::string trusted = kept(text, request(text, {.trusted = true}));
    CHECK(trusted.contains("X-Forwarded-For: 1\r\n"));
    CHECK_FALSE(trusted.contains("admin"));
}

TEST_CASE("an upgrade is asked for in full, and never to a protocol that hides requests")
{
    const auto upgrade = [](const std::string& fields) {
        return std::string(request("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").upgrade);
    };
    CHECK(upgrade("Connection: Upgrade\r\nUpgrade: chat/2\r\n") == "chat/2");
    CHECK(upgrade("Upgrade: chat/2\r\n").empty());
    CHECK(upgrade("Connection: Upgrade\r\n").empty());
    CHECK(upgrade("Connection: upgrade\r\nUpgrade: h2c\r\n").empty());
    CHECK(upgrade("Connection: upgrade\r\nUpgrade: websocket, H2C\r\n").empty());
    CHECK(upgrade("Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n").empty());
}

TEST_CASE("SEC-44 an app's answer that could be read in two ways is refused")
{
    const auto answer = [](const std::string& fields) {
        return answer_refusal("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
    };
    CHECK(answer("Content-Length: 3\r\n") == 0);
    CHECK(answer("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") != 0);
    CHECK(answer("Content-Length: 3\r\nContent-Length: 4\r\n") != 0);
    CHECK(answer("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") != 0);
    CHECK(answer("Transfer-Encoding: gzip, chunked\r\n") != 0);
    CHECK(answer("X: a\nSet-Cookie: b\r\n") != 0);
    CHECK(answer("X: a\r\n folded\r\n") != 0);
    CHECK(answer_refusal("HTTP/1.1 200 OK\nX: y\n\n") != 0);
    CHECK(answer_refusal("HTTP/1.1 2x0 OK\r\n\r\n") != 0);
    CHECK(answer_refusal("HTTP/1.1 099 Low\r\n\r\n") != 0);
    CHECK(answer_refusal("HTTP/1.1 2000\r\n\r\n") != 0);
    CHECK(answer_refusal("HTTP/2 200\r\n\r\n") != 0);
    CHECK(answer_refusal("ICY 200 OK\r\n\r\n") != 0);
    CHECK(answer_refusal("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") != 0);
    CHECK(answer_refusal("HTTP/1.1 200\r\n\r\n") == 0);
    CHECK(answer_refusal("HTTP/1.1 200 \r\n\r\n") == 0);
    CHECK(answer_refusal("HTTP/1.1 20") == -1);
}

TEST_CASE("an answer without a body does not promise one")
{
    const std::string text = "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\nX: 1\r\n\r\n";
    ResponseHead head;
    REQUIRE(parse_response(text, {}, head) == Parse::done);
    CHECK(kept(text, head) == "HTTP/1.1 204 No Content\r\nX: 1\r\n\r\n");
}
