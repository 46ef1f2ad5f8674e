#include "base/duration.hpp"
#include "base/instant.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("durations are written as Compose writes them")
{
    const std::pair<std::string_view, std::int64_t> table[] = {
        {"0",         0         },
        {"0s",        0         },
        {"30s",       30'000    },
        {"1m30s",     90'000    },
        {"500ms",     500       },
        {"2h",        7'200'000 },
        {"1.5h",      5'400'000 },
        {".5s",       500       },
        {"0.3s",      300       },
        {"1us",       0         },
        {"2500us",    2         },
        {"1µs",       0         },
        {"1d",        86'400'000},
        {"1s1m",      61'000    },
        {"1h0m0.25s", 3'600'250 },
    };
    for (const auto& [text, ms] : table) {
        CAPTURE(text);
        CHECK(parse_duration(text).value() == milliseconds{ms});
    }
    for (const std::string_view bad :
         {"",
          "30",
          "s",
          "-1s",
          "1 s",
          "1s ",
          "1x",
          "1.2.3s",
          ".s",
          "1e3s",
          "99999999999999999999h",
          "300000000000s",
          "1m30"})
        CHECK(parse_duration(bad).has_error());
    for (const std::int64_t ms : {0L, 1L, 999L, 60'000L, 90'500L, 3'600'000L, 90'061'001L})
        CHECK(parse_duration(format_duration(milliseconds{ms})).value() == milliseconds{ms});
    CHECK(format_duration(milliseconds{90'000}) == "1m30s");
    CHECK(format_duration(hours{36}) == "36h");
}

TEST_CASE("people read the two largest units of a duration")
{
    CHECK(human_duration(hours{76} + minutes{5}) == "3 d 4 h");
    CHECK(human_duration(hours{72} + minutes{5}) == "3 d");
    CHECK(human_duration(seconds{65}) == "1 min 5 s");
    CHECK(human_duration(milliseconds{1'250}) == "1 s");
    CHECK(human_duration(milliseconds{250}) == "250 ms");
    CHECK(human_duration(milliseconds{0}) == "0 s");
}

TEST_CASE("an instant is RFC 3339 in UTC with milliseconds, and any offset is read")
{
    const Instant instant{milliseconds{1'772'366'400'250}};
    CHECK(format_instant(instant) == "2026-03-01T12:00:00.250Z");
    for (const std::string_view text :
         {"2026-03-01T12:00:00.250Z",
          "2026-03-01t12:00:00.25z",
          "2026-03-01 13:00:00.250999+01:00",
          "2026-02-28T22:30:00.250-13:30"}) {
        CAPTURE(text);
        CHECK(parse_instant(text).value() == instant);
    }
    CHECK(
        format_instant(parse_instant("2024-02-29T23:59:60Z").value()) == "2024-03-01T00:00:00.000Z"
    );
    CHECK(
        format_instant(parse_instant("0001-01-01T00:00:00Z").value()) == "0001-01-01T00:00:00.000Z"
    );
    CHECK(format_instant(Instant::max()) == "9999-12-31T23:59:59.999Z");
    for (const std::string_view bad :
         {"",
          "2026-03-01",
          "2026-03-01T12:00:00",
          "2026-02-29T12:00:00Z",
          "2026-13-01T12:00:00Z",
          "2026-03-01T24:00:00Z",
          "2026-03-01T12:60:00Z",
          "2026-03-01T12:00:00.Z",
          "2026-03-01T12:00:00+0100",
          "2026-03-01T12:00:00Z ",
          "+026-03-01T12:00:00Z",
          "2026-03-00T12:00:00Z"}) {
        CAPTURE(bad);
        CHECK(parse_instant(bad).has_error());
    }
}
