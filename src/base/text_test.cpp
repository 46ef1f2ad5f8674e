#include "base/text.hpp"
#include "base/unicode.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("a mistyped name finds the one that was meant")
{
    constexpr std::string_view names[] = {"image", "build", "environment", "env_file", "ports"};
    CHECK(nearest("imgae", names) == "image");
    CHECK(nearest("Image", names) == "image");
    CHECK(nearest("enviroment", names) == "environment");
    CHECK(nearest("port", names) == "ports");
    CHECK_FALSE(nearest("volumes", names));
    CHECK_FALSE(nearest("", names));
    CHECK_FALSE(nearest(std::string(100'000, 'i'), names));
    CHECK_FALSE(nearest("image", {}));
}

TEST_CASE("text is split, trimmed and lowered without a locale")
{
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \n").empty());
    CHECK(lower("AbÄZ1") == "abÄz1");
    CHECK(join(std::vector<std::string>{"a", "b", "c"}, ", ") == "a, b, c");
    CHECK(join({}, ", ").empty());
}

TEST_CASE("SEC-11: only real UTF-8 passes for UTF-8")
{
    for (const std::string_view good :
         {"", "a", "ü", "漢", "😀", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF"})
        CHECK(is_utf8(good));
    for (const std::string_view bad :
         {"\x80",
          "\xC0\xAF",
          "\xC1\xBF",
          "\xC3",
          "\xE0\x80\x80",
          "\xE0\x9F\xBF",
          "\xED\xA0\x80",
          "\xF0\x80\x80\x80",
          "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80",
          "\xFE",
          "\xFF",
          "a\xE2\x82",
          "\xE2\x82z"}) {
        CAPTURE(display(bad));
        CHECK_FALSE(is_utf8(bad));
        CHECK(is_utf8(clean_utf8(bad)));
    }
    CHECK(clean_utf8("a\xF0\x9F\x98z\xFFü") == "a\xEF\xBF\xBDz\xEF\xBF\xBDü");
}

TEST_CASE("SEC-11: a stranger's text cannot move the cursor, turn the line round or hide")
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"shop ü 😀",                 "shop ü 😀"                         },
        {"\x1b[2J\x1b]0;x\x07",       "\\x1b[2J\\x1b]0;x\\x07"            },
        {"ok\rFAILED\n",              "ok\\rFAILED\\n"                    },
        {"\u202Egpj.exe\u2066\u2069", "\\u{202e}gpj.exe\\u{2066}\\u{2069}"},
        {"a\u200Bb\uFEFF\u00AD",      "a\\u{200b}b\\u{feff}\\u{ad}"       },
        {"\u009B31m",                 "\\u{9b}31m"                        },
        {"\x9B"
         "31m\xFF",          "\\x9b31m\\xff"                     },
        {"\u2028",                    "\\u{2028}"                         },
        {"\U000E0041",                "\\u{e0041}"                        },
    };
    for (const auto& [hostile, safe] : table)
        CHECK(display(hostile) == safe);
    CHECK(display(std::string_view("\0", 1)) == "\\x00");
    CHECK(display("abcdef", 3) == "abc…");
    CHECK(display("abc", 3) == "abc");
    CHECK(display("😀😀", 5) == "😀…");
}
