#include "driver/machine.hpp"
#include "net/socket.hpp"

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
    machine.disks = {
        {"/var/lib/docker", 100ULL << 30, 200ULL << 30}
    };
    machine.ports = {
        {"API", "127.0.0.1:3000", ""}
    };
    machine.git = "git version 2.39.5";
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
    machine.disks.front().free = 1ULL << 30;
    machine.routes.push_back("10.0.0.0/8");
    machine.ports.front().trouble = "cannot listen on 127.0.0.1:3000: Address already in use";
    machine.git = "git version 2.20.1";
    machine.may_filter = false;
    for (const char* name :
         {"storage driver",
          "cgroups",
          "disk of /var/lib/docker",
          "addresses for scenes",
          "API",
          "git",
          "packet filter"})
        CHECK_MESSAGE(!named(machine, name).fix.empty(), name);
    CHECK(named(machine, "disk of /var/lib/docker").grade == Fact::Grade::bad);
    CHECK(named(machine, "API").fix.find("api.listen") != std::string::npos);
    machine.nft.clear();
    CHECK(
        named(machine, "packet filter").fix.find("apt-get install nftables") != std::string::npos
    );
    machine.git.clear();
    CHECK(named(machine, "git").fix.find("apt-get install git") != std::string::npos);
}

TEST_CASE("what is bad stands first, and what is well last")
{
    Machine machine = sound();
    machine.git.clear();
    machine.info.cgroup_version = "1";
    const auto all = facts(machine);
    CHECK(all[0].name == "git");
    CHECK(all[1].name == "cgroups");
    CHECK(all.back().grade == Fact::Grade::good);
}

TEST_CASE("an engine that does not answer is told once, and all else is looked at")
{
    Machine machine = sound();
    machine.silent = Error{Code::unavailable, "nobody answers", "Start Docker."};
    const auto all = facts(machine);
    CHECK(
        all.front() == Fact{Fact::Grade::bad, "Docker Engine", "nobody answers", "Start Docker."}
    );
    CHECK(std::ranges::count(all, Fact::Grade::bad, &Fact::grade) == 1);
    CHECK(named(machine, "git").grade == Fact::Grade::good);
}

TEST_CASE("somebody else's network inside the range is a warning: scenes step over it")
{
    Machine machine = sound();
    machine.routes.push_back("10.213.7.0/24");
    CHECK(named(machine, "addresses for scenes").grade == Fact::Grade::warning);
    machine.routes.push_back("10.213.0.0/16");
    CHECK(named(machine, "addresses for scenes").grade == Fact::Grade::bad);
    machine.range = "8.8.0.0/16";
    CHECK(named(machine, "addresses for scenes").grade == Fact::Grade::bad);
}

TEST_CASE("a packet filter that somebody takes away is told, and one that is off too (SEC-40)")
{
    Machine machine = sound();
    machine.filter.trouble = Error{Code::conflict, "the table is missing", "Look."};
    CHECK(named(machine, "packet filter").grade == Fact::Grade::bad);
    machine.filter = {.put_back = 3};
    CHECK(named(machine, "packet filter").value == "stands; had to be put back: 3 times");
    machine.filter = {.wanted = false};
    CHECK(named(machine, "packet filter").grade == Fact::Grade::warning);
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
    CHECK(routes_of(table, "dio") == std::vector<std::string>{"192.0.2.0/24", "172.17.0.0/16"});
}

TEST_CASE("this very machine can be looked at, and a port that is taken is told")
{
    Loop loop;
    docker::Engine engine(loop);
    const auto taken = Listener::open(loop, Address::tcp("127.0.0.1", 0));
    REQUIRE(taken.has_value());
    const Machine machine = loop.run(look_at_machine(
        loop,
        engine,
        {
            .range = "10.213.0.0/16",
            .data = "/var/lib/diorama-that-is-not-there",
            .ports =
                {{"API", Address::tcp("127.0.0.1", 0)},
                        {"gateway", Address::tcp("127.0.0.1", (*taken)->port())}}
    }
    ));
    CHECK(!machine.silent);
    CHECK(!machine.version.engine.empty());
    REQUIRE(machine.disks.size() == 2);
    CHECK(machine.disks[1].size > 0);
    CHECK(!machine.routes.empty());
    CHECK(machine.nft.starts_with("nftables"));
    CHECK(machine.git.starts_with("git version"));
    CHECK(machine.ports[0].trouble.empty());
    CHECK(machine.ports[1].trouble.find("127.0.0.1") != std::string::npos);
    CHECK(facts(machine).size() >= 10);
}

TEST_CASE("a machine without an engine can be looked at all the same")
{
    Loop loop;
    docker::Engine engine(loop, Address::local("/nowhere/docker.sock"));
    const Machine machine = loop.run(look_at_machine(loop, engine, {.range = "10.213.0.0/16"}));
    REQUIRE(machine.silent.has_value());
    CHECK(!machine.silent->mend.empty());
    CHECK(machine.git.starts_with("git version"));
}
