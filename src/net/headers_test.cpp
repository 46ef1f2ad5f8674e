// What other rooms see of net: plain types. Asio or OpenSSL here would cost each of them seconds.
#include "net/address.hpp"
#include "net/client.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"
#include "net/sse.hpp"
#include "net/stream.hpp"

#include <doctest/doctest.h>

#if defined(BOOST_ASIO_VERSION) || defined(BOOST_BEAST_VERSION) || defined(OPENSSL_VERSION_NUMBER)
#error "a header of net includes Asio, Beast or OpenSSL"
#endif

using namespace diorama;

TEST_CASE("header names compare without case, and keep their order")
{
    Headers headers{
        {"Accept", "a"},
        {"X-One",  "1"}
    };
    headers.add("accept", "b");
    CHECK(headers.get("ACCEPT") == "a");
    CHECK(headers.all("Accept").size() == 2);
    headers.set("accept", "c");
    CHECK(headers.get("Accept") == "c");
    CHECK(headers.size() == 2);
    headers.add("Connection", "keep-alive , Upgrade");
    CHECK(headers.lists("connection", "upgrade"));
    CHECK_FALSE(headers.lists("connection", "up"));
}

TEST_CASE("an address is read from every form people write")
{
    CHECK(*Address::parse("unix:///var/run/docker.sock") == Address::local("/var/run/docker.sock"));
    CHECK(*Address::parse("tcp://127.0.0.1:2375") == Address::tcp("127.0.0.1", 2375));
    CHECK(Address::parse("https://example.org/path")->text() == "example.org:443");
    CHECK(Address::parse("http://[::1]:8080/")->text() == "[::1]:8080");
    CHECK(Address::parse("localhost:3000")->port == 3000);
    for (const auto* wrong :
         {"",
          "localhost",
          "tcp://x",
          "unix://relative",
          "ftp://x:1",
          "[::1",
          "x:99999",
          "x:",
          ":80",
          "a@b:80"}) {
        CAPTURE(wrong);
        CHECK(Address::parse(wrong).error().code == Code::invalid);
    }
}

TEST_CASE("SEC-62 a query is decoded strictly and encodes back")
{
    const auto query = parse_query("state=ready&q=a%26b+c&empty&=x");
    REQUIRE(query.has_value());
    CHECK(
        *query ==
        Query{
            {"state", "ready"},
            {"q",     "a&b c"},
            {"empty", ""     },
            {"",      "x"    }
    }
    );
    CHECK(
        format_query({
            {"q", "a&b c"   },
            {"x", "\xc3\xbc"}
    }) == "?q=a%26b%20c&x=%C3%BC"
    );
    for (const auto* wrong : {"a=%", "a=%4", "a=%zz", "a=%00", "a=%0d%0aSet-Cookie:x", "%1f=1"}) {
        CAPTURE(wrong);
        CHECK(parse_query(wrong).error().code == Code::invalid);
    }
}
