#include "engine/cleanup/attendance.hpp"
#include "store/fixture.hpp"

using namespace diorama;

namespace {

constexpr minutes every{30};

Instant day(int number, hours at = hours{0})
{
    return Instant{std::chrono::days{20'000 + number}} + at;
}

}  // namespace

TEST_CASE("time counts while passes come in their turn")
{
    auto attended = Attendance().at(day(0), every);
    CHECK(attended.since(day(-3)) == hours{72});
    for (Instant now = day(0); now <= day(2); now += every)
        attended = attended.at(now, every);
    CHECK(attended.gaps().empty());
    CHECK(attended.since(day(0)) == hours{48});
    CHECK(attended.since(day(2)) == hours{0});
    CHECK(attended.since(day(5)) == hours{0});
}

TEST_CASE("time in which no daemon was there does not count")
{
    auto attended = Attendance().at(day(0), every).at(day(0) + every, every);
    attended = attended.at(day(3), every);
    CHECK(attended.since(day(0)) == 2 * every);
    CHECK(attended.since(day(1)) == hours{0});
    attended = attended.at(day(3) + every, every);
    CHECK(attended.since(day(0)) == 3 * every);
    attended = attended.at(day(5), every).at(day(5) + every, every);
    CHECK(attended.gaps().size() == 2);
    CHECK(attended.since(day(0)) == 5 * every);
}

TEST_CASE("a clock that leaps a month forward, and back, has seen nothing of it")
{
    auto attended = Attendance().at(day(0), every).at(day(0) + every, every);
    const auto leapt = attended.at(day(30), every);
    CHECK(leapt.since(day(0)) == 2 * every);
    const auto back = leapt.at(day(0) + 2 * every, every);
    CHECK(back.gaps().empty());
    CHECK(back.since(day(0)) == 2 * every);
}

TEST_CASE("what is remembered of absences stays small")
{
    Attendance attended = Attendance().at(day(0), every);
    for (int night = 1; night < 1000; ++night)
        attended = attended.at(day(night), every);
    CHECK(attended.gaps().size() <= 101);
}

TEST_CASE_FIXTURE(StoreFixture, "the next daemon knows since when there was none")
{
    const auto first = Attendance().at(day(0), every).at(day(2), every);
    CHECK(*read([](Tx& tx) -> Result<Attendance> { return attendance::read(tx); }) == Attendance());
    CHECK(write([&](Tx& tx) { attendance::keep(tx, first); }).has_value());
    CHECK(*read([](Tx& tx) -> Result<Attendance> { return attendance::read(tx); }) == first);
}
