#include "base/concurrency.hpp"
#include "base/spawn.hpp"
#include "base/tar.hpp"
#include "driver/container_config.hpp"
#include "driver/docker_world.hpp"
#include "driver/firewall.hpp"
#include "driver/stage.hpp"
#include "model/addresses.hpp"
#include "net/socket.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <set>
#include <unistd.h>

using namespace diorama;

namespace {

/// A name that no other run has, short enough to begin interfaces.
std::string mark(char kind)
{
    return fmt::format("d{}{:x}", kind, getpid() % 0xfff);
}

Task<Finished> tool(Scheduler& scheduler, std::vector<std::string> argv)
{
    Command command;
    command.argv = std::move(argv);
    const auto finished = co_await run_command(scheduler, command);
    REQUIRE_MESSAGE(finished.has_value(), problem(finished));
    co_return *finished;
}

/// A machine beyond the host's own: a network namespace that plays the internet (198.51.100.2, RFC
/// 5737), a cloud's metadata server and somebody's private network, all answering on port 8099.
class Outside {
public:
    static constexpr const char* internet = "198.51.100.2";
    static constexpr const char* metadata = "169.254.213.254";
    static constexpr const char* lan = "192.168.233.2";

    explicit Outside(Loop& loop) : loop_(loop) {}

    Task<> open()
    {
        const std::string near = name_ + "n", far = name_ + "f";
        co_await ip({"netns", "add", name_});
        co_await ip({"link", "add", near, "type", "veth", "peer", "name", far, "netns", name_});
        co_await ip({"addr", "add", "198.51.100.1/24", "dev", near});
        co_await ip({"link", "set", near, "up"});
        for (const char* address : {"198.51.100.2/24", "169.254.213.254/32", "192.168.233.2/32"})
            co_await ip({"-n", name_, "addr", "add", address, "dev", far});
        co_await ip({"-n", name_, "link", "set", far, "up"});
        co_await ip({"-n", name_, "route", "add", "default", "via", "198.51.100.1"});
        for (const char* address : {metadata, lan})
            co_await ip({"route", "add", address, "via", internet});

        Command server;
        server.argv = {"ip", "netns", "exec", name_, "busybox", "nc", "-ll", "-p", "8099"};
        server.argv.insert(server.argv.end(), {"-e", "/bin/busybox", "echo", "hello"});
        server.limits.time = minutes{10};
        auto started = Process::start(server);
        REQUIRE_MESSAGE(started.has_value(), problem(started));
        server_ = std::move(*started);
    }

    Task<> close()
    {
        server_.reset();
        co_await ip({"netns", "del", name_});  // Takes both interfaces and the routes along.
    }

private:
    Task<> ip(std::vector<std::string> words)
    {
        words.insert(words.begin(), "ip");
        const Finished finished = co_await tool(loop_, words);
        CHECK_MESSAGE(finished.succeeded(), finished.errors);
    }

    Loop& loop_;
    std::string name_ = mark('o');
    std::unique_ptr<Process> server_;
};

/// Greets everybody who gets through, on an address of the host.
class Greeter {
public:
    Greeter(Loop& loop, const char* address) : group_(loop)
    {
        auto opened = Listener::open(loop, Address::tcp(address, 0));
        REQUIRE_MESSAGE(opened.has_value(), problem(opened));
        listener_ = std::move(*opened);
        group_.spawn(greet());
    }
    std::uint16_t port() const { return listener_->port(); }
    Task<> close()
    {
        listener_->close();
        co_await group_.join();
    }

private:
    Task<> greet()
    {
        for (;;) {
            auto peer = co_await listener_->accept();
            if (!peer) co_return;
            co_await peer->stream->write("hello\n");
        }
    }

    std::unique_ptr<Listener> listener_;
    TaskGroup group_;
};

struct Target {
    std::string name, address;
    std::uint16_t port = 0;
};

/// Which targets answer to a process in `from`, each asked for two seconds, all at once.
Task<std::set<std::string>> reached(DockerWorld& world, Entry from, std::vector<Target> targets)
{
    std::string script;
    for (const Target& target : targets)
        script += fmt::format(
            "(printf 'ping\\n\\n' | timeout 5 nc -w 2 {} {} 2>/dev/null | grep -q . && echo {}) & ",
            target.address,
            target.port,
            target.name
        );
    const auto [code, said] = co_await world.shell(from, script + "wait");
    std::set<std::string> names;
    for (std::string_view rest = said; !rest.empty();) {
        const auto end = rest.find('\n');
        names.emplace(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    co_return names;
}

/// Every address of this host but its loopback's, as `nc` in a container would be told it.
std::vector<Target> host_addresses(const Greeter& v4, const Greeter& v6, const std::string& bridge)
{
    std::vector<Target> targets;
    ifaddrs* first = nullptr;
    REQUIRE(getifaddrs(&first) == 0);
    for (const ifaddrs* each = first; each; each = each->ifa_next) {
        if (!each->ifa_addr || (each->ifa_flags & IFF_LOOPBACK) != 0) continue;
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (each->ifa_addr->sa_family == AF_INET) {
            const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
            inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
            targets.push_back({fmt::format("host-{}", text.data()), text.data(), v4.port()});
        } else if (each->ifa_addr->sa_family == AF_INET6) {
            const auto* address = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr);
            inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
            const bool near = IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr);
            if (near && bridge != each->ifa_name) continue;
            const std::string zone = near ? "%eth0" : "";
            targets.push_back({fmt::format("host6-{}", text.data()), text.data() + zone, v6.port()}
            );
        }
    }
    freeifaddrs(first);
    return targets;
}

/// Two scenes, a server in each, a host that listens, and a world outside.
struct Neighbourhood {
    DockerWorld& world;
    Stage a{world, shop};
    Stage b{world, blog};
    Outside outside{world.loop()};
    Greeter v4{world.loop(), "0.0.0.0"};
    Greeter v6{world.loop(), "::"};
    Firewall firewall;
    Made web, other;

    Neighbourhood(DockerWorld& in, const std::string& bridges)
        : world(in),
          firewall(
              in.loop(), {.table = fmt::format("dio_isolation_{}", getpid()), .bridges = bridges}
          )
    {}

    Task<> open()
    {
        co_await outside.open();
        co_await a.make(a.network("net", 0));
        co_await b.make(b.network("net-b", 1));
        web = co_await a.make(a.container("web", Part::server));
        ContainerIntent client = a.container("client", Part::server);
        // The policy lets a service switch IPv6 on, so it must not lead anywhere.
        client.service.sysctls = {
            {"net.ipv6.conf.all.disable_ipv6", "0"}
        };
        co_await a.make(client);
        ContainerIntent theirs = b.container("theirs", Part::server);
        theirs.attachments = {
            {b.name("net-b"), {"theirs"}}
        };
        other = co_await b.make(theirs);
    }
    Task<> close()
    {
        const auto removed = co_await firewall.remove();
        CHECK_MESSAGE(removed.has_value(), problem(removed));
        co_await v4.close();
        co_await v6.close();
        co_await outside.close();
        co_await b.remove("theirs", EntryType::container);
        co_await b.remove("net-b", EntryType::network);
        co_await a.strike({"client", "web"});
    }
};

bool holds_ipv6(const std::set<std::string>& names)
{
    return std::ranges::any_of(names, [](const auto& name) { return name.starts_with("host6-"); });
}

std::string gateway(const std::string& subnet)
{
    return Subnet::parse(subnet)->gateway().text();
}

Task<> scenes_are_alone(DockerWorld& world, std::string bridges)
{
    Neighbourhood all(world, bridges);
    co_await all.open();
    const Entry client = all.a.entry("client");
    const std::string bridge = bridge_name(bridges, all.a.name("net"));
    const std::vector<Target> beyond{
        {"theirs",   all.other.address, 8080},
        {"by-name",  "theirs",          8080},
        {"metadata", Outside::metadata, 8099},
        {"lan",      Outside::lan,      8099},
    };
    const std::vector<Target> open{
        {"web",      "web",             8080},
        {"internet", Outside::internet, 8099},
    };
    const std::set<std::string> wanted{"internet", "web"};

    // The kernel takes a second or two to be sure that nobody else has the IPv6 address.
    const auto settled = co_await world.shell(
        client,
        "for i in $(seq 150); do ip -6 addr show dev eth0 | grep -q 'scope link $' && exit 0; "
        "sleep 0.2; done; exit 1"
    );
    REQUIRE(settled.first == 0);
    const auto hosts = host_addresses(all.v4, all.v6, bridge);
    // Without the filter the host's listeners answer: the questions are good ones.
    const auto before_hosts = co_await reached(world, client, hosts);
    CHECK(holds_ipv6(before_hosts));
    CHECK(before_hosts.contains("host-" + gateway(world.subnet(0))));
    CHECK(before_hosts.contains("host-" + gateway(world.subnet(1))));
    const auto before_beyond = co_await reached(world, client, beyond);
    CHECK(before_beyond == std::set<std::string>{"lan", "metadata"});

    co_await world.connect(all.a.entry("web"), all.web.address);
    const auto applied = co_await all.firewall.apply();
    REQUIRE_MESSAGE(applied.has_value(), problem(applied));
    const auto after_hosts = co_await reached(world, client, hosts);
    CHECK(after_hosts == std::set<std::string>{});
    const auto after_beyond = co_await reached(world, client, beyond);
    CHECK(after_beyond == std::set<std::string>{});
    const auto after_open = co_await reached(world, client, open);
    CHECK(after_open == wanted);
    const auto sockets = co_await world.shell(client, "ls /var/run/docker.sock /run/docker.sock");
    CHECK(sockets.first != 0);

    // The gateway's connections, old and new, go on.
    const bool old_one = co_await world.still_connected();
    CHECK(old_one);
    co_await world.connect(all.a.entry("web"), all.web.address);
    // Another network on the host cannot come in: the gateway is the only way.
    const auto inward = co_await tool(
        world.loop(),
        {"ip", "netns", "exec", mark('o'), "busybox", "nc", "-w", "2", all.web.address, "8080"}
    );
    CHECK(!inward.succeeded());
    co_await all.close();
}

/// A RUN step that asks the host's listener; the build fails if it does not answer.
Task<Result<std::string>>
build_asking(DockerWorld& world, std::string network, std::string address, std::uint16_t port)
{
    const std::string dockerfile = fmt::format(
        "FROM {}\nRUN echo ping | timeout 5 nc -w 2 {} {} | grep -q .\n",
        world.image(),
        address,
        port
    );
    TarWriter tar;
    REQUIRE(tar.begin({.path = "Dockerfile", .size = dockerfile.size()}).has_value());
    REQUIRE(tar.content(dockerfile).has_value());
    REQUIRE(tar.finish().has_value());
    docker::BuildOptions options;
    options.network_mode = network;
    options.no_cache = true;
    auto context = docker::one_piece(tar.take());
    co_return co_await world.engine().build(
        options, std::move(context), [](docker::Progress) {}, {}
    );
}

Task<> builds_are_filtered(DockerWorld& world, std::string bridges)
{
    Greeter host(world.loop(), "0.0.0.0");
    const auto network =
        co_await world.docker_driver().build_network(*Subnet::parse(world.subnet(0)));
    REQUIRE_MESSAGE(network.has_value(), problem(network));
    const auto again =
        co_await world.docker_driver().build_network(*Subnet::parse(world.subnet(0)));
    CHECK(*again == *network);
    const std::string address = gateway(world.subnet(0));

    const auto open = co_await build_asking(world, *network, address, host.port());
    CHECK_MESSAGE(open.has_value(), problem(open));
    Firewall firewall(
        world.loop(), {.table = fmt::format("dio_builds_{}", getpid()), .bridges = bridges}
    );
    const auto applied = co_await firewall.apply();
    CHECK_MESSAGE(applied.has_value(), problem(applied));
    const auto closed = co_await build_asking(world, *network, address, host.port());
    CHECK(closed.has_error());
    const auto removed = co_await firewall.remove();
    CHECK_MESSAGE(removed.has_value(), problem(removed));

    if (open) {
        const auto image = co_await world.engine().remove_image(*open, true);
        CHECK_MESSAGE(image.has_value(), problem(image));
    }
    for (int time = 0; time < 2; ++time) {
        const auto gone = co_await world.docker_driver().remove_build_network();
        CHECK_MESSAGE(gone.has_value(), problem(gone));
    }
    const auto left = co_await world.engine().inspect_network(*network);
    CHECK(left.has_error());
    co_await host.close();
}

}  // namespace

TEST_CASE("a RUN step does not reach the host either (SEC-40)")
{
    const std::string bridges = mark('b');
    DockerWorld world({.bridges = bridges});
    world.run(builds_are_filtered(world, bridges));
}

TEST_CASE("a scene reaches itself and the internet, and nothing else (SEC-40, E06)")
{
    const std::string bridges = mark('s');
    DockerWorld world({.bridges = bridges});
    world.run(scenes_are_alone(world, bridges));
}
