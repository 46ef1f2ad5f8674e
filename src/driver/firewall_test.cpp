#include "base/fake_scheduler.hpp"
#include "base/spawn.hpp"
#include "driver/container_config.hpp"
#include "driver/firewall_watch.hpp"
#include "driver/owner.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

using namespace diorama;

namespace {

/// A table of this process in the real kernel, taken away at the end.
struct OwnTable {
    FakeScheduler scheduler;
    FirewallOptions options{.table = fmt::format("dio_fw_test_{}", getpid()), .bridges = "dfwt"};

    Firewall firewall() { return Firewall(scheduler, options); }
    Result<Finished> nft(std::vector<std::string> words)
    {
        Command command;
        command.argv = {"nft"};
        command.argv.insert(command.argv.end(), words.begin(), words.end());
        return scheduler.run(run_command(scheduler, command));
    }
    ~OwnTable()
    {
        Firewall mine = firewall();
        CHECK(scheduler.run(mine.remove()).has_value());
        CHECK(!nft({"list", "table", "inet", options.table})->succeeded());
    }
};

std::string problem(const Result<>& answer)
{
    return answer ? "" : answer.error().text();
}

}  // namespace

TEST_CASE("the filter is put up twice as once, checked, and removed twice as once (SEC-40)")
{
    OwnTable own;
    Firewall firewall = own.firewall();
    CHECK(own.scheduler.run(firewall.check()).error().code == Code::conflict);
    for (int time = 0; time < 2; ++time) {
        const auto applied = own.scheduler.run(firewall.apply());
        CHECK_MESSAGE(applied.has_value(), problem(applied));
    }
    CHECK(own.scheduler.run(firewall.check()).has_value());
    CHECK(own.scheduler.run(firewall.remove()).has_value());
    CHECK(own.scheduler.run(firewall.remove()).has_value());
}

TEST_CASE("every option keeps the filter acceptable to the kernel")
{
    OwnTable own;
    own.options.egress = false;
    own.options.allowed = {"10.1.0.0/16", "192.168.7.0/24"};
    own.options.resolvers = {"192.0.2.53", "169.254.169.254"};
    Firewall firewall = own.firewall();
    const auto applied = own.scheduler.run(firewall.apply());
    CHECK_MESSAGE(applied.has_value(), problem(applied));
}

TEST_CASE("a filter that somebody changed is noticed")
{
    OwnTable own;
    Firewall firewall = own.firewall();
    REQUIRE(own.scheduler.run(firewall.apply()).has_value());
    REQUIRE(own.nft({"flush", "chain", "inet", own.options.table, "input"})->succeeded());
    CHECK(own.scheduler.run(firewall.check()).error().code == Code::conflict);
    REQUIRE(own.scheduler.run(firewall.apply()).has_value());
    REQUIRE(
        own.nft({"insert", "rule", "inet", own.options.table, "from_scene", "accept"})->succeeded()
    );
    CHECK(own.scheduler.run(firewall.check()).error().code == Code::conflict);
}

TEST_CASE("a filter that somebody took away is put back, and it is said (SEC-40)")
{
    OwnTable own;
    std::string said;
    Log log(Log::Level::info, [&](std::string_view line) { said += line; });
    Firewall firewall = own.firewall();
    REQUIRE(own.scheduler.run(firewall.apply()).has_value());
    FirewallWatch watch(own.scheduler, firewall, log);
    own.scheduler.run(watch.look());
    CHECK(watch.state().put_back == 0);
    CHECK(said.empty());

    REQUIRE(own.nft({"delete", "table", "inet", own.options.table})->succeeded());
    own.scheduler.run(watch.look());
    CHECK(watch.state().put_back == 1);
    CHECK(!watch.state().trouble);
    CHECK(said.find("putting it back") != std::string::npos);
    CHECK(own.scheduler.run(firewall.check()).has_value());
}

TEST_CASE("the filters of two installations stand side by side, each around its own bridges")
{
    OwnTable one, other;
    other.options.table += "_b";
    other.options.bridges = "dfwb";
    Firewall first = one.firewall(), second = other.firewall();
    REQUIRE(one.scheduler.run(first.apply()).has_value());
    REQUIRE(other.scheduler.run(second.apply()).has_value());
    CHECK(one.scheduler.run(first.check()).has_value());
    CHECK(other.scheduler.run(second.remove()).has_value());
    CHECK(one.scheduler.run(first.check()).has_value());
}

TEST_CASE("names of an installation's filter and bridges tell it from others, and fit the kernel")
{
    const InstallationId one{*Uuid::parse("01900000-0000-7000-8000-0000deadbeef")};
    CHECK(filter_table(one) == "diorama_deadbeef");
    CHECK(bridge_name(bridge_mark(one), "a network").starts_with("diobeef"));
    CHECK(bridge_name(bridge_mark(one), "a network").size() == 15);
}

TEST_CASE("an option cannot smuggle rules into the filter")
{
    const FirewallOptions sound{.table = "diorama_1", .bridges = "dio"};
    REQUIRE(firewall_ruleset(sound));
    const auto refuses = [&](auto member, auto value) {
        FirewallOptions options = sound;
        options.*member = value;
        return !firewall_ruleset(options);
    };
    for (const char* word : {"", "a b", "x; flush ruleset", "dio\"", "d*", "\n", "-f"})
        CHECK_MESSAGE(refuses(&FirewallOptions::table, word), word);
    CHECK(refuses(&FirewallOptions::bridges, "dio\" accept"));
    CHECK(refuses(&FirewallOptions::allowed, std::vector<std::string>{"0.0.0.0/0 accept"}));
    CHECK(refuses(&FirewallOptions::resolvers, std::vector<std::string>{"1.1.1.1 }"}));
}

TEST_CASE("DNS servers are read from resolv.conf, but not the machine's own loopback")
{
    CHECK(
        resolvers(
            "# made by hand\nnameserver 127.0.0.53\nnameserver 10.0.0.2 # lan\n"
            "nameserver\t169.254.169.254\nnameserver fe80::1\nnameserver\nnameservers 1.1.1.1\n"
            "search example.org\nnameserver 192.0.2.1"
        ) == std::vector<std::string>{"10.0.0.2", "169.254.169.254", "192.0.2.1"}
    );
    CHECK(resolvers("").empty());
}
