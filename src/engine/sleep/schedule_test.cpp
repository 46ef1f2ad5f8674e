#include "base/instant.hpp"
#include "engine/sleep/schedule.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

std::shared_ptr<const Schedule> schedule(std::vector<std::string> entries, const std::string& zone)
{
    const auto parsed = Schedule::parse(entries, zone);
    REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error().text()));
    return *parsed;
}

bool covers(const std::shared_ptr<const Schedule>& schedule, std::string_view time)
{
    CAPTURE(time);
    return schedule->covers(parse_instant(time).value());
}

}  // namespace

TEST_CASE("nights of working days begin on those days and end the morning after (H12)")
{
    const auto nights = schedule({"Mon-Fri 20:00-07:00"}, "UTC");
    CHECK(!covers(nights, "2026-03-02T06:59:00Z"));  // Monday: nobody slept on Sunday.
    CHECK(!covers(nights, "2026-03-02T19:59:59Z"));
    CHECK(covers(nights, "2026-03-02T20:00:00Z"));
    CHECK(covers(nights, "2026-03-03T06:59:59Z"));
    CHECK(!covers(nights, "2026-03-03T07:00:00Z"));
    CHECK(covers(nights, "2026-03-07T06:00:00Z"));  // Saturday morning, of Friday's night.
    CHECK(!covers(nights, "2026-03-07T21:00:00Z"));
}

TEST_CASE("days without times are whole days, and several parts add up (H12)")
{
    const auto both = schedule({"Sat-Sun", "Wed 12:00-13:30"}, "UTC");
    CHECK(covers(both, "2026-03-07T00:00:00Z"));
    CHECK(covers(both, "2026-03-08T23:59:59Z"));
    CHECK(!covers(both, "2026-03-09T00:00:00Z"));
    CHECK(covers(both, "2026-03-04T13:29:59Z"));
    CHECK(!covers(both, "2026-03-04T13:30:00Z"));
    const auto around = schedule({"Fri-Mon"}, "UTC");
    CHECK(covers(around, "2026-03-09T12:00:00Z"));
    CHECK(!covers(around, "2026-03-10T12:00:00Z"));
    const auto listed = schedule({"Mon,Thu 24:00-01:00"}, "UTC");
    CHECK(covers(listed, "2026-03-06T00:30:00Z"));
}

TEST_CASE("the hours follow the clocks of the place when these are set (H12)")
{
    const auto nights = schedule({"Sat-Sun 20:00-07:00"}, "Europe/Berlin");
    // Winter: an hour before UTC.
    CHECK(!covers(nights, "2026-03-28T18:59:00Z"));
    CHECK(covers(nights, "2026-03-28T19:00:00Z"));
    // The clocks went forward at night: seven o'clock came an hour sooner.
    CHECK(covers(nights, "2026-03-29T04:59:00Z"));
    CHECK(!covers(nights, "2026-03-29T05:00:00Z"));
    CHECK(covers(nights, "2026-03-29T18:00:00Z"));
    // And back: it came an hour later.
    CHECK(covers(nights, "2026-10-25T05:59:00Z"));
    CHECK(!covers(nights, "2026-10-25T06:00:00Z"));
    // The hour that comes twice is covered twice.
    const auto hour = schedule({"Sun 02:00-03:00"}, "Europe/Berlin");
    CHECK(covers(hour, "2026-10-25T00:30:00Z"));
    CHECK(covers(hour, "2026-10-25T01:30:00Z"));
    CHECK(!covers(hour, "2026-10-25T02:00:00Z"));
    // The one that is left out is not covered at all.
    CHECK(!covers(hour, "2026-03-29T00:59:00Z"));
    CHECK(!covers(hour, "2026-03-29T01:00:00Z"));
}

TEST_CASE("what is no part of a week, or no place, is told with what to write instead")
{
    for (const char* wrong :
         {"",
          "Monday",
          "Mon-",
          "mon",
          "Mon 20:00",
          "Mon 20:00-25:00",
          "Mon 20:60-21:00",
          "Mon 2:00-3:00",
          "Mon 07:00-07:00",
          "Mon -1:00-07:00",
          "Mon 20:00-07:00 always"}) {
        CAPTURE(wrong);
        const auto parsed = Schedule::parse({wrong}, "UTC");
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().mend.find("Mon-Fri 20:00-07:00") != std::string::npos);
    }
    for (const char* nowhere : {"Europe/Nowhere", "", "../../etc/passwd"}) {
        CAPTURE(nowhere);
        const auto parsed = Schedule::parse({"Sat"}, nowhere);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().mend.find("Europe/Berlin") != std::string::npos);
    }
}
