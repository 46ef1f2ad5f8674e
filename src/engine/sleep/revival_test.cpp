#include "engine/sleep/revival.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("how a container is started again is remembered as it was planned")
{
    using enum Dependency::Condition;
    const Revival planned{
        .gate = {.routed = true, .path = "/health", .port = 8080, .limit = seconds{30}},
        .job = true,
        .depends_on =
            {{.service = "db", .condition = healthy},
                 {.service = "migrate", .condition = completed},
                 {.service = "cache", .condition = started}}
    };
    const auto kept = parse_revival(to_text(planned));
    REQUIRE(kept.has_value());
    CHECK(kept->gate.routed);
    CHECK(kept->gate.path == "/health");
    CHECK(kept->gate.port == 8080);
    CHECK(kept->gate.limit == seconds{30});
    CHECK(kept->job);
    CHECK(kept->depends_on == planned.depends_on);
    const auto bare = parse_revival(to_text({}));
    REQUIRE(bare.has_value());
    CHECK(!bare->gate.port);
    CHECK(!bare->job);
}

TEST_CASE("what an older version left is not guessed at")
{
    for (const char* text :
         {"", "{}", R"({"limit": "30s", "after": [{"service": "db", "condition": 9}]})"}) {
        CAPTURE(text);
        CHECK(parse_revival(text).has_error());
    }
}
