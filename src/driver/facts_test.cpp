#include "driver/facts.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace diorama;

namespace {

Machine sound()
{
    Machine machine;
    machine.version.engine = "29.0.1";
    machine.version.api = "1.52";
    machine.version.components = {
        {"runc",       "1.3.3" },
        {"containerd", "v2.1.4"}
    };
    machine.info.storage_driver = "overlay2";
    machine.info.cgroup_version = "2";
    machine.info.root_dir = "/var/lib/docker";
    machine.disk_free = 100ULL << 30;
    machine.disk_size = 200ULL << 30;
    machine.range = "10.213.0.0/16";
    machine.routes = {"192.168.1.0/24"};
    machine.nft = "nftables v1.0.6";
    machine.may_filter = true;
    return machine;
}

Fact named(const Machine& machine, std::string_view name)
{
    const auto all = facts(machine);
    const auto found = std::ranges::find(all, name, &Fact::name);
    REQUIRE(found != all.end());
    return *found;
}

}  // namespace

TEST_CASE("a sound machine has nothing to mend")
{
    for (const Fact& fact : facts(sound())) {
        CHECK_MESSAGE(fact.grade == Fact::Grade::good, fact.name, ": ", fact.fix);
        CHECK(fact.fix.empty());
    }
}

TEST_CASE("an engine whose parts are known to let containers out is named (SEC-74)")
{
    Machine machine = sound();
    machine.version.components = {
        {"runc",       "1.1.5+ds1" },
        {"containerd", "1.6.20~ds1"}
    };
    CHECK(named(machine, "runc").grade == Fact::Grade::warning);
    CHECK(named(machine, "runc").fix.find("1.2.8") != std::string::npos);
    CHECK(named(machine, "containerd").grade == Fact::Grade::warning);
    machine.version.components["runc"] = "1.2.8";
    CHECK(named(machine, "runc").grade == Fact::Grade::good);
    machine.version.components["runc"] = "1.3.2";
    CHECK(named(machine, "runc").fix.find("1.3.3") != std::string::npos);
    machine.version.components["buildkit"] = "0.12.4";
    CHECK(named(machine, "buildkit").fix.find("CVE-2024-23651") != std::string::npos);
    machine.version.engine = "20.10.24+dfsg1";
    CHECK(named(machine, "Engine").grade == Fact::Grade::warning);
    machine.version.api = "1.40";
    CHECK(named(machine, "Engine API").grade == Fact::Grade::bad);
}

TEST_CASE("each trouble has a sentence that mends it")
{
    Machine machine = sound();
    machine.info.storage_driver = "vfs";
    machine.info.cgroup_version = "1";
    machine.disk_free = 1ULL << 30;
    machine.routes.push_back("10.213.7.0/24");
    machine.may_filter = false;
    for (const char* name :
         {"storage driver", "cgroups", "disk", "addresses for scenes", "packet filter"})
        CHECK_MESSAGE(!named(machine, name).fix.empty(), name);
    CHECK(named(machine, "disk").grade == Fact::Grade::bad);
    machine.nft.clear();
    CHECK(
        named(machine, "packet filter").fix.find("apt-get install nftables") != std::string::npos
    );
}

TEST_CASE("versions compare by their numbers")
{
    CHECK(is_older("1.1.5+ds1", "1.1.12"));
    CHECK(!is_older("1.1.12", "1.1.12"));
    CHECK(is_older("v0.12.4", "0.12.5"));
    CHECK(!is_older("1.10", "1.9"));
    CHECK(!is_older("unknown", "1.0"));
}

TEST_CASE("routes are read from the kernel's table, less our own and the default one")
{
    const char* table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                        "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n"
                        "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
                        "dio123\t0000D50A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\n"
                        "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n"
                        "broken\tzz\n";
    CHECK(host_routes(table, "dio") == std::vector<std::string>{"192.0.2.0/24", "172.17.0.0/16"});
}

TEST_CASE("this very machine can be looked at")
{
    Loop loop;
    docker::Engine engine(loop);
    const auto machine = loop.run(look_at_machine(loop, engine, "10.213.0.0/16", "dio"));
    REQUIRE(machine.has_value());
    CHECK(!machine->version.engine.empty());
    CHECK(machine->disk_size > 0);
    CHECK(!machine->routes.empty());
    CHECK(machine->nft.starts_with("nftables"));
    CHECK(facts(*machine).size() >= 8);
}
