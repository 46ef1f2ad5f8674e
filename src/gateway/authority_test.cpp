#include "gateway/address.hpp"
#include "gateway/authority.hpp"
#include "gateway/scan.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diorama::gateway;

TEST_CASE("SEC-44 a path that could climb out of its prefix is known in every disguise")
{
    for (const std::string path : {
             "/a/../b",
             "/a/..",
             "/..",
             "/a/./b",
             "/a/.",
             "/a/%2e%2e/b",
             "/a/%2E./b",
             "/a/.%2e",
             "/a/..%2fb",
             "/a/..%2Fb",
             "/a\\..\\b",
             "/a/..%5cb",
             "/a%2f..%2fb",
             "/a/..;/b",
             "/a/.;x=1/b",
             "/a/%2e%2e;x",
             "/a%5c%2e%2e%5cb",
         }) {
        CAPTURE(path);
        CHECK(has_dot_segments(path));
    }
    for (const std::string path :
         {"/",
          "/a/b",
          "/a/...",
          "/a/..b",
          "/a/b..",
          "/.well-known/x",
          "/a/compare/v1...v2",
          "/a//b",
          "/a/%2e%2ex",
          "/%",
          "/%2",
          "/a;..b"}) {
        CAPTURE(path);
        CHECK_FALSE(has_dot_segments(path));
    }
}

TEST_CASE("a control byte is found at any place, and nothing else is taken for one")
{
    for (std::size_t length = 1; length < 40; ++length) {
        for (int value = 0; value < 256; ++value) {
            std::string text(length, '\x80');
            text.back() = static_cast<char>(value);
            const char* const end = text.data() + text.size();
            const char* const expected = is_control(text.back()) ? end - 1 : end;
            REQUIRE(find_control(text.data(), end) == expected);
        }
    }
}

TEST_CASE("networks contain their addresses, in both families")
{
    const auto inside = [](std::string_view network, const std::string& address) {
        return Network::parse(network)->contains(*Address::parse(address, 1));
    };
    CHECK(inside("10.0.0.0/8", "10.200.3.4"));
    CHECK_FALSE(inside("10.0.0.0/8", "11.0.0.1"));
    CHECK(inside("10.0.0.7", "10.0.0.7"));
    CHECK_FALSE(inside("10.0.0.7", "10.0.0.6"));
    CHECK(inside("192.168.4.0/22", "192.168.7.255"));
    CHECK_FALSE(inside("192.168.4.0/22", "192.168.8.0"));
    CHECK(inside("fd00::/9", "fd7f::1"));
    CHECK_FALSE(inside("fd00::/9", "fd80::1"));
    CHECK(inside("10.0.0.0/8", "::ffff:10.1.2.3"));
    CHECK(inside("0.0.0.0/0", "1.2.3.4"));
    for (const std::string_view bad :
         {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10/8", "host"})
        CHECK_FALSE(Network::parse(bad).has_value());
}
