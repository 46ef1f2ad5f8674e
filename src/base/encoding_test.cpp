#include "base/byte_size.hpp"
#include "base/described.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("bytes become hex and base64 and come back")
{
    // RFC 4648 section 10.
    const std::tuple<std::string_view, std::string_view, std::string_view> table[] = {
        {"",         "",             ""        },
        {"f",        "66",           "Zg=="    },
        {"fo",       "666f",         "Zm8="    },
        {"foo",      "666f6f",       "Zm9v"    },
        {"foob",     "666f6f62",     "Zm9vYg=="},
        {"fooba",    "666f6f6261",   "Zm9vYmE="},
        {"foobar",   "666f6f626172", "Zm9vYmFy"},
        {"\xFB\xFF", "fbff",         "+/8="    },
    };
    for (const auto& [bytes, hex, base64] : table) {
        CHECK(to_hex(bytes) == hex);
        CHECK(from_hex(hex).value() == bytes);
        CHECK(to_base64(bytes) == base64);
        CHECK(from_base64(base64).value() == bytes);
        CHECK(from_base64url(to_base64url(bytes)).value() == bytes);
    }
    CHECK(to_base64url("\xFB\xFF") == "-_8");
    CHECK(from_hex("AbCd").value() == "\xAB\xCD");
    std::string every;
    for (int i = 0; i < 256; ++i)
        every += static_cast<char>(i);
    CHECK(from_base64(to_base64(every)).value() == every);
    CHECK(percent_decode(percent_encode(every)).value() == every);
}

TEST_CASE("SEC-20: a text that is not exactly what an encoder writes is refused")
{
    for (const std::string_view bad : {"6", "6g", "0x66", " 66"})
        CHECK(from_hex(bad).has_error());
    for (const std::string_view bad :
         {"Zg",
          "Zg=",
          "Zh==",
          "Zm9=",
          "Z===",
          "====",
          "Zg==Zg==",
          "Zm 9",
          "Zm9v\n",
          "-_8=",
          "=",
          "Zg==="})
        CHECK(from_base64(bad).has_error());
    for (const std::string_view bad : {"Zg==", "Zh", "Z", "+/8"})
        CHECK(from_base64url(bad).has_error());
    for (const std::string_view bad : {"%", "%4", "%zz", "a%2"})
        CHECK(percent_decode(bad).has_error());
}

TEST_CASE("percent-encoding leaves only what RFC 3986 reserves for nobody")
{
    CHECK(percent_encode("a b/ü?&=+~") == "a%20b%2F%C3%BC%3F%26%3D%2B~");
    CHECK(percent_decode("a+b%2fc").value() == "a+b/c");
}

TEST_CASE("sizes are read as Compose writes them")
{
    const std::pair<std::string_view, std::uint64_t> table[] = {
        {"0",       0                    },
        {"100",     100                  },
        {"2b",      2                    },
        {"64k",     65'536               },
        {"64kb",    65'536               },
        {"512m",    536'870'912          },
        {"512MB",   536'870'912          },
        {"512 MiB", 536'870'912          },
        {"1.5g",    1'610'612'736        },
        {"1T",      1'099'511'627'776    },
        {"1p",      1'125'899'906'842'624},
    };
    for (const auto& [text, bytes] : table)
        CHECK(parse_byte_size(text).value().bytes == bytes);
    for (const std::string_view bad :
         {"",
          "m",
          "-1",
          "+1",
          "1e3",
          "1x",
          "1  m",
          "1mm",
          "1bb",
          "1ib",
          "inf",
          "nan",
          ".5g",
          "9999999p",
          "0x10"})
        CHECK(parse_byte_size(bad).has_error());
    CHECK(format_byte_size({536'870'912}) == "512m");
    CHECK(format_byte_size({1000}) == "1000b");
    CHECK(format_byte_size({0}) == "0b");
}

TEST_CASE("people read sizes in the unit that fits")
{
    CHECK(human_byte_size({536'870'912}) == "512 MiB");
    CHECK(human_byte_size({1'610'612'736}) == "1.5 GiB");
    CHECK(human_byte_size({999}) == "999 B");
    CHECK(human_byte_size({1'000}) == "1 KiB");
    CHECK(human_byte_size({1'048'575}) == "1 MiB");
    CHECK(human_byte_size({~0ULL}) == "16 EiB");
}

namespace {
struct Limits {
    ByteSize memory;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (memory))
}  // namespace

TEST_CASE("a struct may hold a size, as text or as a number of bytes")
{
    const auto parse = [](std::string_view json) {
        return read<Limits>(parse_json(json).value(), "file");
    };
    CHECK(parse(R"({"memory":"512m"})").value().memory.bytes == 536'870'912);
    CHECK(parse(R"({"memory":1024})").value().memory.bytes == 1024);
    CHECK(parse(R"({"memory":"much"})").error().message == "file: memory: 'much' is not a size");
    CHECK(parse(R"({"memory":-1})").has_error());
    CHECK(write_json(to_node(Limits{{1024}})) == R"({"memory":"1k"})");
}
