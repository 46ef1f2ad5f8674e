#include "base/concurrency.hpp"
#include "base/tar.hpp"
#include "driver/container_config.hpp"
#include "driver/docker_world.hpp"
#include "driver/stage.hpp"

#include <algorithm>

using namespace diorama;

namespace {

/// One file as content for the folder `target`.
Content content(std::string target, std::string name, std::string text, std::string volume = {})
{
    const auto open = [name, text]() -> Chunks {
        TarWriter tar;
        REQUIRE(tar.begin({.path = name, .size = text.size()}).has_value());
        REQUIRE(tar.content(text).has_value());
        REQUIRE(tar.finish().has_value());
        auto bytes = std::make_shared<std::string>(tar.take());
        return [bytes] {
            return
                [](std::shared_ptr<std::string> left) -> Task<Result<std::optional<std::string>>> {
                    if (left->empty()) co_return std::optional<std::string>{};
                    co_return std::optional(std::exchange(*left, {}));
                }(bytes);
        };
    };
    return {.target = std::move(target), .volume = std::move(volume), .open = open};
}

/// Runs one test's coroutine in a world of its own.
void in_docker(Task<> (*test)(DockerWorld&), DriverOptions options = {})
{
    DockerWorld world(std::move(options));
    world.run(test(world));
}

Task<docker::Container> inspect(DockerWorld& world, std::string name)
{
    auto there = co_await world.engine().inspect_container(name);
    REQUIRE_MESSAGE(there.has_value(), problem(there));
    co_return *there;
}

std::vector<std::string> sorted(std::vector<std::string> words)
{
    for (std::string& word : words) {
        if (word.starts_with("CAP_")) word.erase(0, 4);
    }
    std::ranges::sort(words);
    return words;
}

Task<> reports_what_was_asked_for(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.volume("data"));
    ContainerIntent intent = stage.container("web", Part::server);
    Service& service = intent.service;
    service.environment = {
        {"COLOUR", "teal"}
    };
    service.user = "10001";
    service.working_dir = "/srv";
    service.read_only = true;
    service.init = true;
    service.restart = "on-failure:3";
    service.cap_add = {"IPC_LOCK"};
    service.cap_drop = {"CAP_KILL"};
    service.ulimits = {
        {"nofile", 2048, 4096}
    };
    service.limits = {.memory = 64ULL << 20, .cpus = 0.25, .pids = 50};
    service.shm_size = 16ULL << 20;
    service.stop_grace_period = milliseconds{2500};
    service.mounts = {
        VolumeMount{.volume = "data",     .target = "/data" },
        TmpfsMount{.target = "/scratch", .size = 1ULL << 20}
    };
    intent.volumes = {
        {"data", stage.name("data")}
    };
    co_await stage.make(intent);

    const docker::Container now = co_await inspect(world, intent.name);
    const docker::HostConfig& host = now.host;
    CHECK(!host.privileged);
    CHECK(!host.publish_all_ports);
    CHECK(host.published_ports.empty());
    CHECK(host.devices.empty());
    CHECK(host.binds.empty());
    CHECK(host.volumes_from.empty());
    CHECK(host.links.empty());
    CHECK(host.network_mode == stage.name("net"));
    CHECK(host.pid_mode.empty());
    CHECK(host.uts_mode.empty());
    CHECK(host.userns_mode.empty());
    CHECK(host.ipc_mode == "private");
    CHECK(host.cgroupns_mode == "private");
    CHECK(host.cgroup_parent.empty());
    CHECK(host.security_opt == std::vector<std::string>{"no-new-privileges"});
    CHECK(host.cap_drop == std::vector<std::string>{"ALL"});
    CHECK(
        sorted(host.cap_add) ==
        std::vector<std::string>{
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "IPC_LOCK",
            "NET_BIND_SERVICE",
            "SETGID",
            "SETPCAP",
            "SETUID"
        }
    );
    CHECK(host.read_only);
    CHECK(host.memory == 64ULL << 20);
    CHECK(host.memory_swap == 64LL << 20);
    CHECK(host.nano_cpus == 250'000'000);
    CHECK(host.pids_limit == 50);
    CHECK(host.shm_size == 16ULL << 20);
    CHECK(host.restart_policy == "on-failure");
    CHECK(host.log.driver == "json-file");
    CHECK(host.log.options.at("max-size") == "10m");
    REQUIRE(host.ulimits.size() == 2);
    CHECK(host.ulimits[0].soft == 2048);
    CHECK(host.ulimits[0].hard == 4096);
    CHECK(now.user == "10001");
    CHECK(now.hostname == "web");
    CHECK(now.networks.size() == 1);
    REQUIRE(now.mounts.size() >= 1);
    for (const auto& mount : now.mounts) {
        const bool is_data = mount.type == "volume" && mount.name == stage.name("data");
        const bool is_scratch = mount.type == "tmpfs" && mount.target == "/scratch";
        const bool known = is_data || is_scratch;
        CHECK_MESSAGE(known, mount.type, " ", mount.source, " at ", mount.target);
    }
    // The hard limit only: runc now and then raises a new process's soft one to it.
    const auto [code, seen] = co_await world.shell(
        stage.entry("web"),
        "id -u; ulimit -Hn; ulimit -c; grep NoNewPrivs /proc/1/status; echo $COLOUR; hostname; "
        "ls /sys/class/net | tr '\\n' ' '; touch /x 2>/dev/null || echo sealed"
    );
    CHECK_MESSAGE(seen == "10001\n4096\n0\nNoNewPrivs:\t1\nteal\nweb\neth0 lo sealed\n", seen);
    co_await stage.remove("web", EntryType::container);
    co_await stage.remove("data", EntryType::volume);
    co_await stage.strike({});
}

Task<> gives_limits_nobody_asked_for(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.container("web", Part::server));
    const docker::Container now = co_await inspect(world, stage.name("web"));
    CHECK(now.host.memory == 512ULL << 20);
    CHECK(now.host.memory_swap == 512LL << 20);
    CHECK(now.host.nano_cpus == 500'000'000);
    CHECK(now.host.pids_limit == 512);
    CHECK(sorted(now.host.cap_add) == default_capabilities());
    CHECK(now.host.restart_policy == "no");
    co_await stage.strike({"web"});
}

Task<> lays_content(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    ContainerIntent intent = stage.container("web", Part::server);
    intent.contents = {
        content("/etc/app/deep", "app.conf", "depth=1"),
        content("/tmp", "seen.txt", "here"),
        content("/srv", "own.txt", "ours")
    };
    co_await stage.make(intent);
    const auto [code, seen] = co_await world.shell(
        stage.entry("web"),
        "cat /etc/app/deep/app.conf; echo; cat /tmp/seen.txt; echo; stat -c %a /tmp; "
        "cat /srv/image.txt; cat /srv/own.txt"
    );
    CHECK_MESSAGE(seen == "depth=1\nhere\n1777\nfrom-image\nours\n", seen);
    co_await stage.strike({"web"});
}

Task<> lays_content_into_a_sealed_root(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    ContainerIntent intent = stage.container("web", Part::server);
    intent.service.read_only = true;
    intent.contents = {content("/srv", "own.txt", "ours"), content("/etc/app", "a.conf", "a=1")};
    co_await stage.make(intent);
    const auto [code, seen] = co_await world.shell(
        stage.entry("web"),
        "cat /srv/image.txt /srv/own.txt /etc/app/a.conf; echo; touch /etc/x 2>&1 | grep -c Read"
    );
    CHECK_MESSAGE(seen == "from-image\noursa=1\n1\n", seen);
    const docker::Container now = co_await inspect(world, intent.name);
    CHECK(now.mounts.size() == 2);
    co_await stage.strike({"web"});
    for (const auto& mount : now.mounts) {
        const auto left = co_await world.engine().inspect_volume(mount.name);
        CHECK(left.error().code == Code::not_found);
    }

    intent.contents = {content("/", "a.conf", "a=1")};
    co_await stage.make(stage.network());
    const auto made = co_await world.driver().apply(intent, {});
    REQUIRE(made.has_error());
    CHECK(made.error().code == Code::invalid);
    CHECK(!made.error().mend.empty());
    co_await stage.strike({"web"});
}

Task<> seeds_a_volume_once(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.volume("data"));
    std::string seen;
    for (const char* version : {"one", "two"}) {
        ContainerIntent intent = stage.container("db", Part::server);
        intent.service.mounts = {
            VolumeMount{.volume = "data", .target = "/data", .no_copy = true}
        };
        intent.volumes = {
            {"data", stage.name("data")}
        };
        intent.contents = {content("/data", "seed.txt", version, stage.name("data"))};
        co_await stage.make(intent);
        const auto [code, said] = co_await world.shell(
            stage.entry("db"),
            "cat /data/seed.txt; echo; echo written >> /data/log; grep -c . /data/log"
        );
        seen += said;
        co_await stage.remove("db", EntryType::container);
    }
    CHECK_MESSAGE(seen == "one\n1\none\n2\n", seen);
    co_await stage.remove("data", EntryType::volume);
    co_await stage.strike({});
}

Task<> replicas_get_addresses_of_their_own(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    std::vector<std::string> names;
    std::vector<Task<Made>> making;
    for (int i = 0; i < 4; ++i) {
        names.push_back(fmt::format("web-{}", i));
        making.push_back(stage.make(stage.container(names.back(), Part::server)));
    }
    const auto made = co_await all(world.scheduler(), std::move(making));
    std::set<std::string> addresses;
    for (const Made& each : made)
        addresses.insert(each.address);
    CHECK(addresses.size() == names.size());
    co_await stage.strike(names);
}

Task<> joins_several_networks(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    co_await stage.make(stage.network("back", 1));
    ContainerIntent web = stage.container("web", Part::server, true);
    web.attachments.push_back({stage.name("back"), {}});
    const Made made = co_await stage.make(web);
    ContainerIntent db = stage.container("db", Part::server);
    db.attachments = {
        {stage.name("back"), {"db"}}
    };
    co_await stage.make(db);

    const auto hidden = co_await world.resolve(stage.entry("db"), "web");
    CHECK(hidden.empty());
    const auto promoted = co_await world.driver().promote(
        stage.entry("web"),
        {
            {stage.name("net"),  {"web"}},
            {stage.name("back"), {"web"}}
    }
    );
    REQUIRE_MESSAGE(promoted.has_value(), problem(promoted));
    const auto found = co_await world.resolve(stage.entry("db"), "web");
    CHECK(found.size() == 1);
    CHECK(found != std::vector{made.address});  // Its address on the network they share.
    co_await world.connect(stage.entry("web"), made.address);
    co_await stage.remove("web", EntryType::container);
    co_await stage.remove("db", EntryType::container);
    co_await stage.remove("back", EntryType::network);
    co_await stage.strike({});
}

Task<> root_is_refused_where_it_is_not_wanted(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    for (const char* user : {"", "0", "root", "0:10001", "app", "00"}) {
        ContainerIntent intent = stage.container("web", Part::server);
        intent.service.user = user;
        const auto made = co_await world.driver().apply(intent, {});
        REQUIRE_MESSAGE(made.has_error(), user);
        CHECK(made.error().code == Code::refused);
        CHECK(made.error().mend.find("USER 10001") != std::string::npos);
    }
    ContainerIntent intent = stage.container("web", Part::server);
    intent.service.generated = true;
    co_await stage.make(intent);
    const auto [code, seen] = co_await world.shell(stage.entry("web"), "id -u; id -g");
    CHECK_MESSAGE(seen == "10001\n10001\n", seen);
    co_await stage.strike({"web"});
}

Task<> a_command_that_is_not_there_is_said_so(DockerWorld& world)
{
    const Stage stage{world};
    co_await stage.make(stage.network());
    ContainerIntent intent = stage.container("web", Part::server);
    intent.service.command = {"/no/such/program"};
    const auto made = co_await world.driver().apply(intent, {});
    REQUIRE(made.has_error());
    CHECK(made.error().code == Code::invalid);
    CHECK(made.error().message.find("/no/such/program") != std::string::npos);
    co_await stage.strike({"web"});
}

}  // namespace

TEST_CASE("the container Docker reports is the one that was asked for, and no more (SEC-12, G10)")
{
    in_docker(reports_what_was_asked_for);
}

TEST_CASE("a service that asks for nothing gets limits all the same (E08)")
{
    in_docker(gives_limits_nobody_asked_for);
}

TEST_CASE("content is copied in before the start, beside what the image has")
{
    in_docker(lays_content);
}

TEST_CASE("a read-only root takes its content too")
{
    in_docker(lays_content_into_a_sealed_root);
}

TEST_CASE("a volume is seeded once and keeps what was written since")
{
    in_docker(seeds_a_volume_once);
}

TEST_CASE("containers made at once get addresses of their own")
{
    in_docker(replicas_get_addresses_of_their_own);
}

TEST_CASE("a container on two networks is hidden and promoted on both")
{
    in_docker(joins_several_networks);
}

TEST_CASE("root is refused where the installation asks for other users (E09)")
{
    in_docker(root_is_refused_where_it_is_not_wanted, {.require_non_root = true});
}

TEST_CASE("a command that is not there is said so, and not tried again")
{
    in_docker(a_command_that_is_not_there_is_said_so);
}

TEST_CASE("the bridge of a network has a name that fits and that the filter knows")
{
    const std::string name = bridge_name("dio", "pr-7-a-network-with-a-long-name");
    CHECK(name.size() == 15);
    CHECK(name.starts_with("dio"));
    CHECK(name != bridge_name("dio", "pr-7-a-network-with-a-long-namf"));
}
