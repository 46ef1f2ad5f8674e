#include "base/id.hpp"
#include "base/log.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace diorama;

namespace {

struct Lines {
    std::vector<std::string> lines;
    Log log;

    explicit Lines(Log::Level least = Log::Level::debug)
        : log(least, [this](std::string_view line) { lines.emplace_back(line); })
    {}
    /// The last line without its time.
    std::string last() const { return lines.back().substr(25); }
};

template <class T>
concept Loggable = std::constructible_from<Log::Field, std::string_view, const T&>;

}  // namespace

TEST_CASE("G11 a log line has its time in UTC, level, message and fields")
{
    Lines seen;
    SeededRandom random(1);
    const auto id = Id<struct ThingTag>::make(Instant{}, random);
    seen.log.info(
        "deployment finished",
        {
            {"environment", id            },
            {"took",        1250          },
            {"fresh",       true          },
            {"code",        Code::conflict}
    }
    );
    CHECK(
        seen.last() ==
        "info deployment finished environment=" + id.text() + " took=1250 fresh=true code=conflict"
    );
    CHECK(seen.lines[0][10] == 'T');
    CHECK(seen.lines[0].substr(23, 2) == "Z ");
    seen.log.error(
        "cannot pull",
        {
            {"why",   Error{Code::unavailable, "no route", "Try later."}},
            {"empty", ""                                                },
            {"quote", "a\"b"                                            }
    }
    );
    CHECK(seen.last() == R"(error cannot pull why="no route. Try later." empty="" quote="a\"b")");
}

TEST_CASE("a log says nothing below its level")
{
    Lines seen(Log::Level::warn);
    seen.log.debug("a");
    seen.log.info("b");
    CHECK(seen.lines.empty());
    seen.log.warn("c");
    seen.log.error("d");
    CHECK(seen.lines.size() == 2);
    CHECK(parse_text("warn", std::type_identity<Log::Level>{}).value() == Log::Level::warn);
    CHECK(parse_text("loud", std::type_identity<Log::Level>{}).has_error());
}

TEST_CASE("SEC-11: nobody can forge a log line or paint the terminal through it")
{
    Lines seen;
    seen.log.info(
        "push to {} %v \n2026 error x",
        {
            {"branch", "a\nb\x1b[31m\u202e c=d"}
    }
    );
    CHECK(seen.lines.size() == 1);
    CHECK(seen.last() == R"(info push to {} %v \n2026 error x branch="a\nb\x1b[31m\u{202e} c=d")");
    seen.log.info(std::string(100'000, 'x'));
    CHECK(seen.last().size() < 5'000);
}

TEST_CASE("a secret does not compile into a log line")
{
    CHECK_FALSE(Loggable<Secret>);
    CHECK(Loggable<std::string>);
}

TEST_CASE("lines of several threads do not mix")
{
    Lines seen;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 100; ++j)
                    seen.log.info("same");
            });
        }
    }
    CHECK(seen.lines.size() == 400);
    for (const auto& line : seen.lines)
        CHECK(line.ends_with("Z info same"));
}
