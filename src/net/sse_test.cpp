#include "net/sse.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

std::vector<ServerSentEvent> parse(std::string_view text, std::size_t size)
{
    SseParser parser;
    std::vector<ServerSentEvent> events;
    for (std::size_t at = 0; at < text.size(); at += size) {
        auto done = parser.feed(text.substr(at, size));
        REQUIRE(done.has_value());
        events.insert(events.end(), done->begin(), done->end());
    }
    return events;
}

}  // namespace

TEST_CASE("an event reads back as it was written, however the network cuts it")
{
    const std::vector<ServerSentEvent> events{
        {"7",  "log",   "one line"      },
        {"8",  "",      "two\nlines"    },
        {"9",  "",      ""              },
        {"10", "state", " leading blank"},
        {"11", "",      "ends\n"        },
    };
    std::string text;
    for (const auto& event : events)
        text += format(event);
    for (const std::size_t size : {1U, 2U, 7U, 1000U})
        CHECK(parse(text, size) == events);
}

TEST_CASE("the stream is read as the HTML standard says")
{
    const std::string with_nul =
        "id: 5\ndata: d\n\nid: x" + std::string(1, '\0') + "y\ndata: e\n\n";
    for (const std::size_t size : {1U, 3U, 1000U}) {
        const auto events = parse(
            "\xEF\xBB\xBF: comment\r\nid: 1\rdata:a\r\ndata: b\n\nevent: none\n\ndata\n\ndata: x\n",
            size
        );
        REQUIRE(events.size() == 2);
        CHECK(events[0] == ServerSentEvent{"1", "", "a\nb"});
        CHECK(events[1] == ServerSentEvent{"1", "", ""});
        CHECK(parse(with_nul, size)[1].id == "5");
    }
}

TEST_CASE("an id or a name cannot forge further fields")
{
    const auto text = format({.id = "1\ndata: forged", .event = "a\r\n\r\nb", .data = "x"});
    const auto events = parse(text, 1000);
    REQUIRE(events.size() == 1);
    CHECK(events[0].data == "x");
}

TEST_CASE("an event without an end does not eat the memory")
{
    SseParser parser;
    const std::string part(100'000, 'x');
    bool refused = false;
    for (int i = 0; i < 20 && !refused; ++i)
        refused = parser.feed(part).has_error();
    CHECK(refused);
}
