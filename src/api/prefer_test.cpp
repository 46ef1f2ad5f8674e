#include "api/prefer.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::api;

namespace {

Preference of(std::initializer_list<Headers::Field> fields)
{
    return preference(Headers(fields));
}

Preference of(const std::string& text)
{
    return of({
        {"Prefer", text}
    });
}

}  // namespace

TEST_CASE("preferences are read as RFC 7240 writes them")
{
    CHECK(of(std::initializer_list<Headers::Field>{}) == Preference{});
    CHECK(of("respond-async") == Preference{.async = true});
    CHECK(of("wait=10") == Preference{.wait = seconds{10}});
    CHECK(of("wait = \"10\"") == Preference{.wait = seconds{10}});
    CHECK(of("Respond-Async, WAIT=100") == Preference{.wait = seconds{100}, .async = true});
    CHECK(of("wait=5; foo=bar, handling=lenient") == Preference{.wait = seconds{5}});
    CHECK(
        of({
            {"Prefer", "wait=1, wait=2"},
            {"prefer", "respond-async" }
    }) == Preference{.wait = seconds{1}, .async = true}
    );
}

TEST_CASE("a preference that cannot be read, or means something else, is left alone")
{
    for (const char* text :
         {"wait",
          "wait=",
          "wait=soon",
          "wait=-1",
          "wait=1.5",
          "await=3",
          "respond-asynchronously",
          "x=\"wait=3\"",
          ",,=;"}) {
        CAPTURE(text);
        CHECK(of(text) == Preference{});
    }
}

TEST_CASE("nobody is kept waiting longer than the longest wait")
{
    CHECK(of("wait=901").wait == longest_wait);
    CHECK(of("wait=99999999999999999999999").wait == longest_wait);
    CHECK(of("wait=0").wait == seconds{0});
}
