#include "base/json.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace diorama;

namespace {

std::string round(std::string_view text)
{
    return write_json(parse_json(text).value());
}

Error refused(std::string_view text, JsonLimits limits = {})
{
    const auto parsed = parse_json(text, limits);
    REQUIRE(parsed.has_error());
    return parsed.error();
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("JSON comes back as it was, keys in their order")
{
    const std::string_view table[] = {
        "null",
        "true",
        "-9223372036854775808",
        "9223372036854775807",
        "1.5",
        "1.0",
        R"("a\"b\\c\nd")",
        "[]",
        "{}",
        R"({"z":1,"a":[1,"2",{"b":null}],"":false})",
        R"("ü 漢 😀")",
    };
    for (const auto text : table)
        CHECK(round(text) == text);
    CHECK(round(" [1 , 2 ]\n ") == "[1,2]");
    CHECK(round(R"("\u00fc\ud83d\ude00\u0041")") == R"("ü😀A")");
    CHECK(round("88888888000000000000001436363087") == "8.8888888e+31");
    CHECK(refused("[1e400]").code == Code::invalid);
    CHECK(round("[1.25,12,18446744073709551615,-0.5]") == "[1.25,12,1.8446744073709552e+19,-0.5]");
    CHECK(round("1e2") == "100.0");
    CHECK(parse_json("18446744073709551615").value() == Node(18446744073709551615.0));
}

TEST_CASE("a document built by hand is the text it looks like")
{
    const Node node = Node::Map{
        {"Image",  "nginx"                          },
        {"Tty",    true                             },
        {"Labels", Node::Map{{"a", "b"}}            },
        {"Ports",  Node::List{80, 81U, 1.5, nullptr}},
    };
    CHECK(
        write_json(node) ==
        R"({"Image":"nginx","Tty":true,"Labels":{"a":"b"},"Ports":[80,81,1.5,null]})"
    );
    CHECK(
        write_json(
            Node::Map{
                {"a", Node::List{1, Node::Map{}}}
    },
            true
        ) == "{\n  \"a\": [\n    1,\n    {}\n  ]\n}"
    );
    CHECK(*node.find("Image")->string() == "nginx");
    CHECK(node.find("image") == nullptr);
    CHECK(Node(1) == Node(1));
    CHECK_FALSE(Node(1) == Node("1"));

    Node changed = node;
    changed.set("Image", "redis");
    changed.set("New", 1);
    CHECK(*changed.find("Image")->string() == "redis");
    CHECK(changed.map()->back().key == "New");
}

TEST_CASE("what is not JSON is refused at its line and column")
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"",                  "1:1: the JSON text ends before its value does"},
        {"{\n  \"a\": 1,\n}", "3:1: "                                        },
        {"[1,]",              "1:4: "                                        },
        {"[1] x",             "1:5: "                                        },
        {"[1",                "1:3: the JSON text ends"                      },
        {"// no\n1",          "1:1: "                                        },
        {"nul",               "1:4: "                                        },
        {"NaN",               "1:1: "                                        },
        {"[01]",              "1:3: "                                        },
        {"'a'",               "1:1: "                                        },
        {"\"a\nb\"",          "1:3: "                                        },
        {"\xEF\xBB\xBF{}",    "1:1: "                                        },
    };
    for (const auto& [text, start] : table) {
        CAPTURE(text);
        const auto error = refused(text);
        CAPTURE(error);
        CHECK(error.code == Code::invalid);
        CHECK(error.message.starts_with(start));
        CHECK_FALSE(error.mend.empty());
    }
}

TEST_CASE("SEC-20: a key that stands twice is refused, in small objects and in large ones")
{
    CHECK(
        refused(R"({"a":1,"b":{"a":2},"a":3})").message ==
        "1:22: the key 'a' stands twice in one object"
    );
    CHECK(refused(R"({"a":1,"\u0061":3})").code == Code::invalid);
    std::string many = "{";
    for (int i = 0; i < 50'000; ++i)
        many += fmt::format("\"k{}\":0,", i);
    CHECK(parse_json(many + "\"k\":0}").has_value());
    CHECK(refused(many + "\"k31\":0}").code == Code::invalid);
}

TEST_CASE("SEC-11: a text that is too long, too deep or has too many values is refused")
{
    CHECK(parse_json(nested(64)).has_value());
    CHECK(refused(nested(65)).code == Code::too_many);
    CHECK(refused(nested(65)).message == "1:65: nested deeper than 64 levels");
    CHECK(refused(std::string(5'000'000, '[')).code == Code::too_many);
    CHECK(refused("[1,2,3]", {.bytes = 6}).code == Code::too_many);
    CHECK(refused("[1,2,3]", {.nodes = 3}).code == Code::too_many);
    CHECK(parse_json("[1,2,3]", {.bytes = 7, .nodes = 4}).has_value());
}

TEST_CASE("SEC-11: bytes that are not UTF-8 are refused when read and replaced when written")
{
    for (const std::string_view bad :
         {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", R"("\ud800")"})
        CHECK(refused(bad).code == Code::invalid);
    CHECK(write_json(Node("a\xff\xc3")) == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(
        write_json(Node::Map{
            {"\xff", 1}
    }) == "{\"\xEF\xBF\xBD\":1}"
    );
    CHECK(write_json(Node(std::string_view("\0\x1b\x7f", 3))) == R"("\u0000\u001b\u007f")");
    CHECK(write_json(Node(std::numeric_limits<double>::quiet_NaN())) == "null");
}
