#include "base/json.hpp"
#include "base/toml.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Error refused(std::string_view toml)
{
    const auto parsed = parse_toml(toml, "f.toml");
    REQUIRE(parsed.has_error());
    return parsed.error();
}

}  // namespace

TEST_CASE("TOML is read in file order, dates as text")
{
    const auto node = parse_toml(
        "z = 1\na = [1.5, true, 'x']\nday = 2026-03-01\nat = 2026-03-01T12:00:00.25Z\n"
        "[gateway]\nport = 443\n[[hosts]]\nname = \"a\"\n[[hosts]]\nname = \"b\"\n[b.c]\nd = "
        "0x10\n",
        "diorama.toml"
    );
    CHECK(
        write_json(node.value()) ==
        R"({"z":1,"a":[1.5,true,"x"],"day":"2026-03-01","at":"2026-03-01T12:00:00.25Z",)"
        R"("gateway":{"port":443},"hosts":[{"name":"a"},{"name":"b"}],"b":{"c":{"d":16}}})"
    );
    CHECK(node->find("gateway")->map()->at(0).at == Position{6, 1});
    CHECK(node->find("gateway")->find("port")->at == Position{6, 8});
    CHECK(write_json(parse_toml("", "diorama.toml").value()) == "{}");
}

TEST_CASE("what is wrong with a TOML file is told with its place")
{
    for (const auto& [toml, place] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"a = 1\nb = \n",            "diorama.toml:2:5: "},
             {"a = 1\na = 2\n",           "diorama.toml:2:"   },
             {"[a]\n[a]\n",               "diorama.toml:2:"   },
             {"a = \"\xff\"",             "diorama.toml:1:"   },
             {"a = 99999999999999999999", "diorama.toml:1:"   },
    }) {
        CAPTURE(toml);
        const auto error = parse_toml(toml, "diorama.toml").error();
        CHECK(error.code == Code::invalid);
        CAPTURE(error);
        CHECK(error.message.starts_with(place));
        CHECK_FALSE(error.mend.empty());
    }
}

TEST_CASE("SEC-11: a TOML file that is too long or too deep is refused")
{
    CHECK(refused("a = " + std::string(100'000, '[')).code == Code::invalid);
    CHECK(refused(std::string(2'000'000, '#')).code == Code::too_many);
    std::string dotted = "a";
    for (int i = 0; i < 100'000; ++i)
        dotted += ".a";
    CHECK(refused(dotted + " = 1").code == Code::too_many);
    std::string mixed = "a = ";
    for (int i = 0; i < 120; ++i)
        mixed += "[\n{a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = ";
    CHECK(refused(mixed).code == Code::invalid);
}
