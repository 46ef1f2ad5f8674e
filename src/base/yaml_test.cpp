#include "base/json.hpp"
#include "base/yaml.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

/// As JSON, which shows kinds and order.
std::string round(std::string_view yaml)
{
    return write_json(parse_yaml(yaml, "f.yaml").value());
}

Error refused(std::string_view yaml, YamlLimits limits = {})
{
    const auto parsed = parse_yaml(yaml, "f.yaml", limits);
    REQUIRE(parsed.has_error());
    return parsed.error();
}

/// Each line repeats the one before it nine times.
std::string laughs(int lines)
{
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < lines; ++i) {
        text += fmt::format("a{}: &a{} [", i, i);
        for (int j = 0; j < 9; ++j)
            text += fmt::format("{}*a{}", j == 0 ? "" : ", ", i - 1);
        text += "]\n";
    }
    return text;
}

}  // namespace

TEST_CASE("YAML is read with the core schema of 1.2: words of 1.1 stay words")
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"",                                                                               "null"                                       },
        {"# nothing",                                                                      "null"                                       },
        {"\xEF\xBB\xBF"
         "a: 1",                                                                  R"({"a":1})"                                 },
        {"[~, null, Null, NULL, ]",                                                        "[null,null,null,null]"                      },
        {"[true, False, TRUE]",                                                            "[true,false,true]"                          },
        {"[yes, no, on, off, y, n, tRue]",                                                 R"(["yes","no","on","off","y","n","tRue"])"  },
        {"[80, -1, +2, 0440, 0x1F, 0o17]",                                                 "[80,-1,2,440,31,15]"                        },
        {"[0x, 0o8, 0x-5, 1_000, 80:80, 12:30:45, 1.2.3, +]",
         R"(["0x","0o8","0x-5","1_000","80:80","12:30:45","1.2.3","+"])"                                                                },
        {"[1.5, .5, 5., 1e3, -1.5E-1, ., e3, 1e]",                                         R"([1.5,0.5,5.0,1000.0,-0.15,".","e3","1e"])"},
        {"[99999999999999999999, .inf, -.INF, .nan]",                                      "[1e+20,null,null,null]"                     },
        {"['80', \"80\", \"a\\tb\"]",                                                      R"(["80","80","a\tb"])"                      },
        {"['', '''', 'a''b', 'a''''b', 'a''b''''''c']",                                    R"(["","'","a'b","a''b","a'b'''c"])"         },
        {"'a  \n\n \t\n  b ''\n c '",                                                      R"("a\n\nb ' c ")"                           },
        {"'\n\na\r\n b\n'",                                                                R"("\na b ")"                                },
        {"'''\n'''",                                                                       R"("' '")"                                   },
        {"['', '''', 'a''b', 'a''''b', 'a''b''''''c']",                                    R"(["","'","a'b","a''b","a'b'''c"])"         },
        {"'a  \n\n \t\n  b ''\n c '",                                                      R"("a\n\nb ' c ")"                           },
        {"a: >\n  x\n\n   y\n\n  z\n",                                                     R"({"a":"x\n\n y\n\nz\n"})"                  },
        {"a: |-\n  \n  \n  x\n",                                                           R"({"a":"\n\nx"})"                           },
        {"- |2\n    x\n- |1+\n  y\n\n",                                                    R"(["  x\n"," y\n\n"])"                      },
        {"\"x\\\n  \n  y\\u00e4\"",                                                        R"("x\nyä")"                                 },
        {"{\"a\":1,b: http://x:80/y#z}",                                                   R"({"a":1,"b":"http://x:80/y#z"})"           },
        {"a: |\n  x\n  y\nb: >-\n  x\n  y\n",                                              R"({"a":"x\ny\n","b":"x y"})"                },
        {"80: a\ntrue: b\n",                                                               R"({"80":"a","true":"b"})"                   },
        {"- a\n-\n- b: c\n  d:\n",                                                         R"(["a",null,{"b":"c","d":null}])"           },
        {"[!!str 80, !!int \"80\", !!float 1, !!bool true, !!null ~, !!seq [], !!map {}]",
         R"(["80",80,1.0,true,null,[],{}])"                                                                                             },
        {"---\na: 1\n...\n",                                                               R"({"a":1})"                                 },
        {"%YAML 1.1\n---\na: yes\n",                                                       R"({"a":"yes"})"                             },
    };
    for (const auto& [yaml, json] : table) {
        CAPTURE(yaml);
        CHECK(round(yaml) == json);
    }
}

TEST_CASE("a port that was written as text stays text, and a number remembers how it was written")
{
    const auto node = parse_yaml("[\"80\", 80, 0440, 1.10, ~, 'yes']", "f.yaml").value();
    const auto& list = *node.list();
    CHECK(list[0].quoted);
    CHECK(*list[0].string() == "80");
    CHECK_FALSE(list[1].quoted);
    CHECK(*list[1].integer() == 80);
    CHECK(list[2].scalar_text() == "0440");
    CHECK(list[3].scalar_text() == "1.10");
    CHECK(list[4].scalar_text() == "~");
    CHECK(list[5].quoted);
    CHECK_FALSE(node.scalar_text());
}

TEST_CASE(
    "aliases and merges are resolved, own keys win, and each keeps the place where it was written"
)
{
    const auto text = "base: &base\n  image: a\n  tty: true\n"
                      "more: &more {tty: false, ports: [1]}\n"
                      "web:\n  image: own\n  <<: [*base, *more]\n  last: *base\n"
                      "text: {'<<': 1}\n";
    const auto node = parse_yaml(text, "f.yaml").value();
    const auto& web = *node.find("web");
    CHECK(
        write_json(web) ==
        R"({"image":"own","tty":true,"ports":[1],"last":{"image":"a","tty":true}})"
    );
    CHECK((*web.map())[0].at == Position{6, 3});
    CHECK((*web.map())[0].value.at == Position{6, 10});
    CHECK((*web.map())[1].at == Position{3, 3});
    CHECK((*web.map())[2].at == Position{4, 26});
    CHECK(write_json(*node.find("text")) == R"({"<<":1})");
    CHECK(round("a: &a 1\nb: &a 2\nc: *a\n") == R"({"a":1,"b":2,"c":2})");
}

TEST_CASE("every value of a file knows its line and column, in characters")
{
    const auto node = parse_yaml("ü: {ä: 漢, b: x}\nempty:\nlist:\n- a\n", "f.yaml").value();
    const auto& map = *node.map();
    CHECK(node.at == Position{1, 1});
    CHECK((*map[0].value.map())[1].at == Position{1, 11});
    CHECK((*map[0].value.map())[1].value.at == Position{1, 14});
    CHECK(map[1].value.at == Position{2, 7});
    CHECK(map[2].value.at.line == 4);
}

TEST_CASE("what is wrong with a YAML file is told with its place and how to mend it")
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"a: [1, 2",
         "f.yaml:2:1: did not find expected ',' or ']' while parsing a flow sequence that begins "
         "at 1:4"                                                                                   },
        {"a: \"x",
         "f.yaml:1:6: found unexpected end of stream while scanning a quoted scalar that begins at "
         "1:4"                                                                                      },
        {"a:\n\t- b",
         "f.yaml:2:1: found character that cannot start any token while scanning for the next token"
        },
        {"a: b: c",                 "f.yaml:1:5: mapping values are not allowed in this context"    },
        {"a: 1\n---\nb: 2\n",       "f.yaml:2:1: a second document begins here"                     },
        {"? [a]\n: b",              "f.yaml:1:3: a key must be a scalar"                            },
        {"?\n: a",                  "f.yaml:1:2: the key is missing"                                },
        {"a: 1\n<<: 2\n",           "f.yaml:2:1: << takes a map or a list of maps"                  },
        {"a: 1\n<<: [{b: 1}, 2]\n", "f.yaml:2:1: << takes a map or a list of maps"                  },
        {"a: *b",                   "f.yaml:1:4: the alias '*b' names nothing"                      },
        {"&k a: b",                 "f.yaml:1:1: a key cannot have an anchor"                       },
        {"a: &k x\n*k : b",         "f.yaml:2:1: a key must be a scalar"                            },
    };
    for (const auto& [yaml, message] : table) {
        CAPTURE(yaml);
        const auto error = refused(yaml);
        CHECK(error.message == message);
        CHECK(error.code == Code::invalid);
        CHECK_FALSE(error.mend.empty());
    }
    CHECK(parse_yaml("@", "\x1b[2J").error().message.starts_with("\\x1b[2J:1:1: "));
}

TEST_CASE("SEC-11: aliases that double again and again are refused before they are unpacked")
{
    CHECK(refused(laughs(9)).code == Code::too_many);
    CHECK(parse_yaml(laughs(3), "f.yaml").has_value());

    // Few nodes, but each a long text.
    std::string text = "a: &a " + std::string(500'000, 'x') + "\nb: [";
    for (int i = 0; i < 900; ++i)
        text += "*a,";
    CHECK(refused(text + "]").code == Code::too_many);

    // A chain in which each link is as deep as it may be.
    std::string chain = "a0: &a0 x\n";
    for (int i = 1; i < 900; ++i)
        chain += fmt::format(
            "a{}: &a{} {}*a{}{}\n", i, i, std::string(30, '['), i - 1, std::string(30, ']')
        );
    CHECK(refused(chain).message.find("nested deeper than 64 levels") != std::string::npos);

    // Anchors within anchors cost a copy each.
    std::string nest;
    for (int i = 0; i < 60; ++i)
        nest += fmt::format("&n{} [", i);
    for (int i = 0; i < 3'000; ++i)
        nest += "1,";
    CHECK(refused(nest + std::string(60, ']')).code == Code::too_many);

    std::string merges = "m: &m {a: 1, b: 2}\nl:\n";
    for (int i = 0; i < 1'001; ++i)
        merges += "  - {<<: *m}\n";
    CHECK(refused(merges).message.find("more than 1000 aliases") != std::string::npos);
    CHECK(refused("a: &a [*a]").code == Code::invalid);
    CHECK(refused("a: &a 1\nb: &a [*a]").code == Code::invalid);
    CHECK(refused("&a {<<: *a}").code == Code::invalid);
}

TEST_CASE("SEC-11: what is too long, too deep or has too many values is refused")
{
    const auto brackets = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK(parse_yaml(brackets(60), "f.yaml").has_value());
    CHECK(refused(brackets(12), {.depth = 10}).code == Code::too_many);
    CHECK(parse_yaml(brackets(10), "f.yaml", {.depth = 10}).has_value());
    CHECK(refused(std::string(1'000'000, '[')).message.size() < 200);
    std::string steps;
    for (int i = 0; i < 500; ++i)
        steps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    CHECK_FALSE(refused(steps).mend.empty());
    CHECK(
        refused(std::string(1'048'577, '#')).message ==
        "f.yaml: has 1048577 bytes, at most 1048576 are taken"
    );
    std::string many = "[";
    for (int i = 0; i < 50'000; ++i)
        many += "1,";
    CHECK(refused(many + "]").code == Code::too_many);
}

TEST_CASE("SEC-11: a key that stands twice is refused, in small maps and in large ones")
{
    CHECK(
        refused("a: 1\nb: 2\na: 3\n").message == "f.yaml:3:1: the key 'a' stands twice in one map"
    );
    CHECK(refused("{a: 1, \"a\": 2}").code == Code::invalid);
    CHECK(refused("<<: {a: 1}\n<<: {b: 1}\n").code == Code::invalid);
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += fmt::format("k{}: 1\n", i);
    CHECK(parse_yaml(many, "f.yaml").has_value());
    CHECK(
        refused(many + "k7: 1\n").message == "f.yaml:20001:1: the key 'k7' stands twice in one map"
    );
}

TEST_CASE("SEC-11: tags of other languages and of nobody are refused, however they are spelled")
{
    for (const std::string_view yaml :
         {"!!python/object/apply:os.system [id]",
          "a: !!python/object:x.Y {}",
          "!ruby/object:X {}",
          "a: !reset null",
          "! a",
          "!<tag:example.com,2000:x> a",
          "!!binary aGk=",
          "!!set {a}",
          "!!timestamp 2001-01-01",
          "!!merge <<",
          "%TAG ! tag:example.com,2000:\n---\na: !x 1",
          "%TAG !! tag:example.com,2000:\n---\n!!str 1",
          "!!int abc",
          "!!map []",
          "!!seq {}",
          "!!str []",
          "!local k: v"}) {
        CAPTURE(yaml);
        CHECK(refused(yaml).code == Code::invalid);
    }
    CHECK(
        refused("a: !!python/object:x.Y b").message ==
        "f.yaml:1:4: the tag 'tag:yaml.org,2002:python/object:x.Y' is not taken here"
    );
}

TEST_CASE("SEC-11: bytes that are no text are refused")
{
    CHECK(refused("a: \xff").message == "f.yaml: is not UTF-8");
    CHECK(refused(std::string_view("a: \0", 4)).message == "f.yaml:1: holds the character \\x00");
    CHECK(refused("a:\n b: \x1b[2J").message == "f.yaml:2: holds the character \\x1b");
    CHECK(
        refused("\xFF\xFE"
                "a")
            .code == Code::invalid
    );
}
