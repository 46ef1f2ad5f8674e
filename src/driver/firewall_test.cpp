#include "base/fake_scheduler.hpp"
#include "base/spawn.hpp"
#include "driver/firewall.hpp"

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

TEST_CASE("an option cannot smuggle rules into the filter")
{
    for (const char* word : {"", "a b", "x; flush ruleset", "dio\"", "d*", "\n", "-f"})
        CHECK_MESSAGE(!firewall_ruleset({.table = word}), word);
    CHECK(!firewall_ruleset({.bridges = "dio\" accept"}));
    CHECK(!firewall_ruleset({.allowed = {"0.0.0.0/0 accept"}}));
    CHECK(!firewall_ruleset({.resolvers = {"1.1.1.1 }"}}));
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
