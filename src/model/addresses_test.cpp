#include "model/addresses.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diorama;

namespace {

Subnet subnet(std::string_view text)
{
    return *Subnet::parse(text);
}

}  // namespace

TEST_CASE("a range reads back what it wrote")
{
    for (const std::string_view text :
         {"10.213.0.0/16", "192.168.7.64/26", "0.0.0.0/0", "1.2.3.4/32"})
        CHECK(subnet(text).text() == text);
}

TEST_CASE("what is not a range says so, and what to write")
{
    for (const std::string_view text :
         {"",
          "10.213.0.0",
          "10.213.0.0/",
          "10.213.0.0/33",
          "10.213.0.0/-1",
          "10.213.0.0/016",
          "10.213.0/16",
          "10.213.0.0.0/16",
          "10.256.0.0/16",
          "010.0.0.0/8",
          "10.0.0.0/8 ",
          " 10.0.0.0/8",
          "a.b.c.d/8",
          "0x0a.0.0.0/8",
          "10..0.0/8",
          "fe80::/64",
          "10.0.0.0\n/8"}) {
        CAPTURE(text);
        const auto parsed = Subnet::parse(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == Code::invalid);
        CHECK(parsed.error().mend.find("10.213.0.0/16") != std::string::npos);
    }
    CHECK(Subnet::parse("10.213.0.1/16").error().mend.find("10.213.0.0/16") != std::string::npos);
}

TEST_CASE("a scene's network has a gateway and room for 61 containers")
{
    const auto net = subnet("10.213.0.64/26");
    CHECK(net.gateway().text() == "10.213.0.65");
    CHECK(net.host(0).text() == "10.213.0.66");
    CHECK(net.last().text() == "10.213.0.127");
    CHECK(net.hosts() == 61);
    CHECK(subnet("10.0.0.0/31").hosts() == 0);
}

TEST_CASE("ranges overlap when one lies in the other, and not when they only touch")
{
    CHECK(subnet("10.0.0.0/8").overlaps(subnet("10.213.0.0/16")));
    CHECK(subnet("10.213.0.0/16").overlaps(subnet("10.0.0.0/8")));
    CHECK_FALSE(subnet("10.213.0.0/26").overlaps(subnet("10.213.0.64/26")));
    CHECK(subnet("255.255.255.255/32").overlaps(subnet("0.0.0.0/0")));
}

TEST_CASE("the first free network is taken, and one given back is taken again")
{
    const auto range = subnet("10.213.0.0/16");
    std::vector<Subnet> taken;
    for (int i = 0; i < 1024; ++i) {
        const auto found = free_subnet(range, scene_prefix, taken, {});
        REQUIRE(found.has_value());
        for (const Subnet& other : taken)
            REQUIRE_FALSE(found->overlaps(other));
        REQUIRE(range.overlaps(*found));
        taken.push_back(*found);
    }
    CHECK(taken.front().text() == "10.213.0.0/26");
    CHECK(taken.back().text() == "10.213.255.192/26");

    const auto none = free_subnet(range, scene_prefix, taken, {});
    CHECK(none.error().code == Code::too_many);
    CHECK(none.error().message.find("1024") != std::string::npos);
    CHECK_FALSE(none.error().mend.empty());

    const auto gone = taken[17];
    taken.erase(taken.begin() + 17);
    CHECK(*free_subnet(range, scene_prefix, taken, {}) == gone);
}

TEST_CASE("networks that the host got meanwhile are stepped over")
{
    const auto range = subnet("10.213.0.0/24");
    const std::vector routes{
        subnet("0.0.0.0/0"), subnet("10.213.0.0/25"), subnet("10.213.0.130/32")
    };
    CHECK(free_subnet(range, scene_prefix, {}, routes)->text() == "10.213.0.192/26");
    const std::vector around{subnet("10.0.0.0/8")};
    CHECK(free_subnet(range, scene_prefix, {}, around)->text() == "10.213.0.0/26");
    const std::vector all{subnet("10.213.0.0/24")};
    CHECK(free_subnet(range, scene_prefix, {}, all).error().code == Code::too_many);
    CHECK(free_subnet(subnet("10.0.0.0/28"), 26, {}, all).error().code == Code::invalid);
}

TEST_CASE("a range that the host uses, that is public or too small is refused")
{
    const std::vector routes{subnet("0.0.0.0/0"), subnet("172.17.0.0/16"), subnet("10.213.4.0/24")};
    const auto clash = check_range(subnet("10.213.0.0/16"), scene_prefix, routes);
    CHECK(clash.error().code == Code::conflict);
    CHECK(clash.error().message.find("10.213.4.0/24") != std::string::npos);
    CHECK(check_range(subnet("10.214.0.0/16"), scene_prefix, routes).has_value());
    CHECK(check_range(subnet("8.8.0.0/16"), scene_prefix, {}).error().code == Code::invalid);
    CHECK(check_range(subnet("10.0.0.0/7"), scene_prefix, {}).error().code == Code::invalid);
    CHECK(check_range(subnet("172.32.0.0/16"), scene_prefix, {}).has_error());
    CHECK(check_range(subnet("10.213.0.0/28"), scene_prefix, {}).error().code == Code::invalid);
    CHECK(check_range(subnet("100.64.0.0/10"), scene_prefix, {}).has_value());
}
