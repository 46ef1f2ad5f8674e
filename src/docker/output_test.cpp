#include "base/json.hpp"
#include "docker/output.hpp"
#include "docker/progress.hpp"
#include "docker/registry_auth.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::docker;

namespace {

std::string frame(char channel, std::string_view bytes)
{
    std::string out{channel, 0, 0, 0};
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((bytes.size() >> unsigned(shift)) & 255U));
    return out.append(bytes);
}

/// Lines of a stream cut into pieces of `size`; nothing when it was refused.
std::optional<std::vector<OutputLine>>
lines_of(std::string_view stream, std::size_t size, bool timestamps)
{
    std::vector<OutputLine> lines;
    FrameParser parser;
    LineAssembler assembler(timestamps, [&](OutputLine line) { lines.push_back(std::move(line)); });
    for (std::size_t at = 0; at < stream.size(); at += size) {
        const auto frames = parser.feed(stream.substr(at, size));
        if (!frames) return std::nullopt;
        for (const Frame& each : *frames)
            assembler.feed(each);
    }
    assembler.finish();
    return lines;
}

}  // namespace

TEST_CASE("output is told apart by channel and line, however the network cuts it")
{
    const auto stream =
        frame(1, "one\ntwo") + frame(2, "error\n") + frame(1, " and more\r\n\nlast") + frame(1, "");
    for (std::size_t size = 1; size <= stream.size(); ++size) {
        CAPTURE(size);
        const auto lines = lines_of(stream, size, false);
        REQUIRE(lines.has_value());
        REQUIRE(lines->size() == 5);
        CHECK((*lines)[0].text == "one");
        CHECK((*lines)[1] == OutputLine{Channel::standard_error, std::nullopt, "error"});
        CHECK((*lines)[2].text == "two and more");
        CHECK((*lines)[3].text.empty());
        CHECK((*lines)[4].text == "last");
    }
}

TEST_CASE("log lines carry their time, long ones the time of their beginning")
{
    const auto stream = frame(1, "2026-03-01T12:00:00.250000000Z hello\n") +
                        frame(2, "2026-03-01T12:00:01.000000000Z first part,") +
                        frame(2, "2026-03-01T12:00:01.500000000Z second part\n") +
                        frame(1, "2026-03-01T12:00:02.000000000Z \n");
    for (const std::size_t size : {1U, 5U, 50U, 1000U}) {
        CAPTURE(size);
        const auto lines = lines_of(stream, size, true);
        REQUIRE(lines.has_value());
        REQUIRE(lines->size() == 3);
        CHECK(*(*lines)[0].at == Instant{milliseconds{1'772'366'400'250}});
        CHECK((*lines)[0].text == "hello");
        CHECK((*lines)[1].text == "first part,second part");
        CHECK(*(*lines)[1].at == Instant{milliseconds{1'772'366'401'000}});
        CHECK((*lines)[2].text.empty());
    }
}

TEST_CASE("the Engine's times are read to the nanosecond")
{
    const auto whole = *parse_stamp("2026-03-01T12:00:00Z");
    CHECK(*parse_stamp("2026-03-01T12:00:00.000000001Z") - whole == std::chrono::nanoseconds(1));
    CHECK(*parse_stamp("2026-03-01T13:00:00.25+01:00") - whole == milliseconds(250));
    CHECK(parse_stamp("yesterday").has_error());
    CHECK(parse_stamp("").has_error());
}

TEST_CASE("a container with a terminal is read line by line")
{
    std::vector<OutputLine> lines;
    LineAssembler assembler(true, [&](OutputLine line) { lines.push_back(std::move(line)); });
    for (const char c : std::string("2026-03-01T12:00:00.250Z a b\r\n2026-03-01T12:00:01Z c\r\n"))
        assembler.feed_raw(std::string_view(&c, 1));
    assembler.finish();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].text == "a b");
    CHECK(lines[1].text == "c");
    CHECK(lines[1].at.has_value());
}

TEST_CASE("what is not framed as the Engine frames it is refused, and stays so")
{
    for (const auto& wrong :
         {std::string("\x03\0\0\0\0\0\0\1x", 9),
          std::string("\1\1\0\0\0\0\0\1x", 9),
          std::string("plain text")}) {
        CHECK_FALSE(lines_of(wrong, 1, false).has_value());
        CHECK_FALSE(lines_of(wrong, 100, false).has_value());
    }
    FrameParser parser;
    CHECK(parser.feed("nonsense").has_error());
    CHECK(parser.feed(frame(1, "fine")).has_error());
}

TEST_CASE("a header that promises four gigabytes costs nothing, and a cut frame is noticed")
{
    FrameParser parser;
    const auto frames = parser.feed(std::string("\1\0\0\0\xff\xff\xff\xff", 8) + "abc");
    REQUIRE(frames.has_value());
    CHECK(
        *frames ==
        std::vector{
            Frame{Channel::standard_output, "abc", false}
    }
    );
    CHECK_FALSE(parser.complete());
    FrameParser cut;
    REQUIRE(cut.feed(std::string_view("\1\0\0", 3)).has_value());
    CHECK_FALSE(cut.complete());
}

TEST_CASE("a line without an end does not eat the memory")
{
    const auto lines = lines_of(frame(1, std::string(1'000'000, 'x') + "\nnext\n"), 4096, false);
    REQUIRE(lines.has_value());
    CHECK((*lines)[0].text.size() == 65536);
    CHECK((*lines)[1].text == "next");
}

TEST_CASE("progress is read from a stream of JSON lines")
{
    JsonLines lines;
    std::vector<std::string> found;
    const std::string stream =
        "{\"stream\":\"Step 1/2\"}\r\n\r\n{\"aux\":{\"ID\":\"sha256:1\"}}\n{\"unfinished\"";
    for (const char c : stream) {
        const auto some = lines.feed(std::string_view(&c, 1));
        REQUIRE(some.has_value());
        found.insert(found.end(), some->begin(), some->end());
    }
    REQUIRE(found.size() == 2);
    CHECK(parse_progress(found[0])->stream == "Step 1/2");
    CHECK(parse_progress(found[1])->image_id == "sha256:1");
    const auto pull = parse_progress(
        R"({"status":"Downloading","progressDetail":{"current":5,"total":10},"progress":"[=>]","id":"a1"})"
    );
    CHECK(pull->current == 5);
    CHECK(pull->total == 10);
    CHECK(pull->id == "a1");
    CHECK(
        parse_progress(R"({"errorDetail":{"code":1,"message":"boom"},"error":"boom"})")->error ==
        "boom"
    );
    CHECK(parse_progress(R"({"errorDetail":{"message":"boom"}})")->error == "boom");
}

TEST_CASE("hostile progress is refused or harmless")
{
    CHECK(parse_progress("[]").has_error());
    CHECK(parse_progress("nonsense").has_error());
    CHECK(parse_progress(R"({"stream":7,"progressDetail":[1],"aux":"x","id":null})")->stream.empty()
    );
    CHECK(parse_progress(R"({"progressDetail":{"current":-5,"total":1e300}})")->current == 0);
    JsonLines lines;
    CHECK(lines.feed(std::string((1U << 20U) + 1, 'x')).has_error());
}

TEST_CASE("a registry login travels as the Engine expects it")
{
    CHECK(base64url("") == "");
    CHECK(base64url("f") == "Zg==");
    CHECK(base64url("fo") == "Zm8=");
    CHECK(base64url("foo") == "Zm9v");
    CHECK(base64url("\xfb\xff\xfe") == "-__-");
    CHECK(
        registry_auth({"registry.test", "me", Secret("pw")}).starts_with("eyJ1c2VybmFtZSI6Im1lIiw")
    );
}

TEST_CASE("a reference is parted into name and tag")
{
    using Parts = std::pair<std::string, std::string>;
    CHECK(split_reference("nginx") == Parts{"nginx", "latest"});
    CHECK(split_reference("nginx:1.27") == Parts{"nginx", "1.27"});
    CHECK(split_reference("host:5000/app") == Parts{"host:5000/app", "latest"});
    CHECK(split_reference("host:5000/app:v1") == Parts{"host:5000/app", "v1"});
    CHECK(split_reference("app@sha256:ab") == Parts{"app@sha256:ab", ""});
}
