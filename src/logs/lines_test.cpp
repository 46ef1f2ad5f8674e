#include "base/random.hpp"
#include "base/unicode.hpp"
#include "logs/lines.hpp"
#include "tests/support/hostile.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace std::string_literals;

namespace {

std::vector<std::string> lines(std::string_view bytes, std::size_t limit = 64)
{
    Lines cutter(limit);
    std::vector<std::string> out;
    cutter.feed(bytes, out);
    cutter.finish(out);
    return out;
}

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("lines end with LF or CR LF, and the last needs no end")
{
    CHECK(lines("a\nb\r\n\nc") == All{"a", "b", "", "c"});
    CHECK(lines("") == All{});
    CHECK(lines("\n") == All{""});
}

TEST_CASE("of a progress bar only the last state stays")
{
    CHECK(lines("10%\r50%\r100%\ndone\n") == All{"100%", "done"});
    CHECK(lines("100%\r\n") == All{"100%"});
    CHECK(lines("100%\r\r\n") == All{"100%"});
    CHECK(lines("50%\r") == All{"50%"});
}

TEST_CASE("a long line is cut and says by how much")
{
    CHECK(lines(std::string(64, 'a')) == All{std::string(64, 'a')});
    CHECK(
        lines(std::string(100, 'a') + "\nb") == All{std::string(64, 'a') + " … [36 bytes cut]", "b"}
    );
    CHECK(lines(std::string(100, 'a') + "\rb\n") == All{"b"});
}

TEST_CASE("G06: what is stored is UTF-8 without NUL, whatever was written")
{
    CHECK(lines("a\0b\xff"s) == All{"ab\uFFFD"});
    // A cut within a character does not leave half of it.
    CHECK(
        lines(std::string(63, 'a') + "ü") == All{std::string(63, 'a') + "\uFFFD … [1 bytes cut]"}
    );
    for (const auto& text : hostile_texts())
        for (const auto& line : lines(text)) {
            CHECK(is_utf8(line));
            CHECK(line.find('\0') == std::string::npos);
        }
}

TEST_CASE("the pieces in which bytes come make no difference")
{
    SeededRandom random(3);
    for (int round = 0; round < 200; ++round) {
        std::string text;
        for (int i = 0; i < 200; ++i)
            text.push_back("ab\r\n\xc3\xbc"[random.number() % 6]);
        Lines cutter(16);
        All pieces;
        for (const char c : text)
            cutter.feed(std::string_view(&c, 1), pieces);
        cutter.finish(pieces);
        CHECK(pieces == lines(text, 16));
    }
}

TEST_CASE("SEC-61: escape sequences stay in what is stored, and colours alone reach a terminal")
{
    const std::string text =
        "\x1b[1;31merror\x1b[0m \x1b[2J\x1b[10;10H\x1b]8;;http://evil\x1b\\link\x1b]8;;\a "
        "\x1b]52;c;aGk=\x07\x1b(B\u202etxet\x1b[31";
    CHECK(lines(text, 1000) == All{text});
    CHECK(plain(text) == "error link \\u{202e}txet");
    CHECK(coloured(text) == "\x1b[1;31merror\x1b[0m link \\u{202e}txet\x1b[0m");
    CHECK(coloured("no colour") == "no colour");
    CHECK(plain("a\tb\rc").find('\r') == std::string::npos);
}

TEST_CASE("SEC-61: nothing a stranger wrote reaches a screen as an escape")
{
    for (const auto& text : hostile_texts()) {
        CHECK(plain(text).find('\x1b') == std::string::npos);
        CHECK(coloured(text + "\x1b").find("\x1b]") == std::string::npos);
    }
}
