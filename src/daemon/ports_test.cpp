#include "daemon/read_config.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Result<Config> read(std::string_view ports)
{
    return read_config("[ports]\n" + std::string(ports), "diorama.toml", [](const std::string&) {
        return std::nullopt;
    });
}

std::optional<PortPool> pool(std::string_view ports)
{
    return engine_settings(read(ports).value(), 80).value().ports;
}

bool refuses(std::string_view ports, std::string_view why)
{
    const auto config = read(ports);
    return !config && config.error().text().find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("environments get ports when the file says so, from ranges that do not meet (E10)")
{
    CHECK(!pool(""));
    CHECK(!pool("app = 7000"));
    const auto usual = pool("enabled = true");
    REQUIRE(usual);
    CHECK(usual->app == PortRange{8000, 8999});
    CHECK(usual->database == PortRange{9000, 9999});
    const auto last = pool("enabled = true\napp = 65533\nsize = 3");
    REQUIRE(last);
    CHECK(last->app == PortRange{65533, 65535});

    CHECK(refuses("app = 65533\nsize = 4", "ports.size"));
    CHECK(refuses("size = 1001", "meet"));
    CHECK(refuses("app = 9500", "meet"));
    CHECK(refuses("size = 0", "ports.size"));
    CHECK(refuses("app = 0", "ports.app"));
}
