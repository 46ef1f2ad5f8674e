#include "model/main_service.hpp"
#include "model/policy.hpp"
#include "model/words.hpp"
#include "tests/support/hostile.hpp"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <concepts>
#include <limits>

using namespace diorama;

namespace {

/// A plan of one service that nothing can be said against.
Plan good_plan()
{
    Service web{.name = "web", .source = ImageRef{"nginx:1.27"}};
    web.ports = {80};
    web.networks = {{.network = "default"}};
    Plan plan;
    plan.services = {web};
    plan.networks["default"] = {.name = "default"};
    choose_main(plan);
    clamp(plan, {});
    return plan;
}

using Paths = std::vector<std::string>;

/// Where the policy says no to `plan`: "services/web/cap_add".
Paths refusals(const Plan& plan, const Policy& policy = {})
{
    Paths paths;
    for (const Refusal& each : judge(plan, policy)) {
        CHECK_FALSE(each.what.empty());
        paths.push_back(fmt::format("{}", fmt::join(each.path, "/")));
    }
    return paths;
}

/// Where it says no after `spoil` did something to the service.
template <class Spoil>
Paths refusals(Spoil spoil, const Policy& policy = {})
    requires std::invocable<Spoil, Service&>
{
    Plan plan = good_plan();
    spoil(plan.services.front());
    return refusals(plan, policy);
}

struct Spoiled {
    const char* what;
    std::string where;
    void (*spoil)(Service&);
};

std::vector<Spoiled> spoiled()
{
    std::vector<Spoiled> all;
    const auto add = [&](const char* what, const char* where, void (*spoil)(Service&)) {
        all.push_back({what, where, spoil});
    };
    add("an image with an option", "services/web/image", [](Service& s) {
        s.source = ImageRef{"--privileged"};
    });
    add("an image with a blank", "services/web/image", [](Service& s) {
        s.source = ImageRef{"a b"};
    });
    add("an empty image", "services/web/image", [](Service& s) { s.source = ImageRef{}; });
    add("an image that climbs", "services/web/image", [](Service& s) {
        s.source = ImageRef{"a/../b"};
    });
    add("a context outside", "services/web/build/context", [](Service& s) {
        s.source = BuildSpec{.context = "../x"};
    });
    add("an absolute context", "services/web/build/context", [](Service& s) {
        s.source = BuildSpec{.context = "/etc"};
    });
    add("a Dockerfile outside", "services/web/build/dockerfile", [](Service& s) {
        s.source = BuildSpec{.dockerfile = "a/../../x"};
    });
    add("git's own folder", "services/web/build/context", [](Service& s) {
        s.source = BuildSpec{.context = ".git"};
    });
    add("a build label of ours", "services/web/build/labels/diorama.owner", [](Service& s) {
        s.source = BuildSpec{.labels = {{"diorama.owner", "x"}}};
    });
    add("an argument that is no name", "services/web/build/args", [](Service& s) {
        s.source = BuildSpec{.args = {{"a=b", ""}}};
    });
    add("a stage that is an option", "services/web/build/target", [](Service& s) {
        s.source = BuildSpec{.target = "--x"};
    });
    add("a cache that is no image", "services/web/build/cache_from", [](Service& s) {
        s.source = BuildSpec{.cache_from = {"type=local,src=/"}};
    });
    add("SYS_ADMIN", "services/web/cap_add/SYS_ADMIN", [](Service& s) { s.cap_add = {"SYS_ADMIN"}; }
    );
    add("a dropped capability that is none", "services/web/cap_drop", [](Service& s) {
        s.cap_drop = {"a b"};
    });
    add("a sysctl of the host", "services/web/sysctls/kernel.panic", [](Service& s) {
        s.sysctls.emplace("kernel.panic", "1");
    });
    add("a sysctl's value in words", "services/web/sysctls/net.core.somaxconn", [](Service& s) {
        s.sysctls.emplace("net.core.somaxconn", "1;x");
    });
    add("a user with a blank", "services/web/user", [](Service& s) { s.user = "a b"; });
    add("a group with a colon", "services/web/group_add", [](Service& s) { s.group_add = {"a:b"}; }
    );
    add("an unknown ulimit", "services/web/ulimits/rtprio", [](Service& s) {
        s.ulimits.push_back({"rtprio", 1, 1});
    });
    add("too many open files", "services/web/ulimits/nofile", [](Service& s) {
        s.ulimits.push_back({"nofile", 1, -1});
    });
    add("too much memory", "services/web/mem_limit", [](Service& s) {
        s.limits.memory = 1ULL << 40;
    });
    add("hardly any memory", "services/web/mem_limit", [](Service& s) { s.limits.memory = 1000; });
    add("too many processors", "services/web/cpus", [](Service& s) { s.limits.cpus = 64; });
    add("processors that are no number", "services/web/cpus", [](Service& s) {
        s.limits.cpus = std::numeric_limits<double>::quiet_NaN();
    });
    add("unlimited processes", "services/web/pids_limit", [](Service& s) { s.limits.pids = -1; });
    add("too much shared memory", "services/web/shm_size", [](Service& s) {
        s.shm_size = 1ULL << 40;
    });
    add("the host's name", "services/web/extra_hosts", [](Service& s) {
        s.extra_hosts.emplace_back("h", "host-gateway");
    });
    add("the metadata address", "services/web/extra_hosts", [](Service& s) {
        s.extra_hosts.emplace_back("h", "169.254.169.254");
    });
    add("its IPv6 twin", "services/web/extra_hosts", [](Service& s) {
        s.extra_hosts.emplace_back("h", "fd00:ec2::254");
    });
    add("its mapped form", "services/web/extra_hosts", [](Service& s) {
        s.extra_hosts.emplace_back("h", "::ffff:a9fe:a9fe");
    });
    add("a host name with a line break", "services/web/extra_hosts", [](Service& s) {
        s.extra_hosts.emplace_back("h\nx", "10.0.0.1");
    });
    add("a variable with an equals sign", "services/web/environment", [](Service& s) {
        s.environment.emplace("a=b", "x");
    });
    add("a variable with a NUL", "services/web/environment", [](Service& s) {
        s.environment.emplace("a", std::string("x\0y", 3));
    });
    add("a huge environment", "services/web/environment bytes", [](Service& s) {
        s.environment.emplace("a", std::string(1 << 20, 'x'));
    });
    add("a NUL in a command", "services/web/command", [](Service& s) {
        s.command = {{std::string("x\0y", 3)}};
    });
    add("a made-up restart policy", "services/web/restart", [](Service& s) {
        s.restart = "on-failure:x";
    });
    add("a made-up signal", "services/web/stop_signal", [](Service& s) {
        s.stop_signal = "kill -9";
    });
    add("another system", "services/web/platform", [](Service& s) { s.platform = "windows/amd64"; }
    );
    add("a relative folder", "services/web/working_dir", [](Service& s) { s.working_dir = "app"; });
    add("a host name that is none", "services/web/hostname", [](Service& s) { s.hostname = "-x"; });
    add("a container name that is none", "services/web/container_name", [](Service& s) {
        s.container_name = "a/b";
    });
    add("an alias that is none", "services/web/networks/default", [](Service& s) {
        s.networks = {
            {.network = "default", .aliases = {"a b"}}
        };
    });
    add("a network that is not there", "services/web/networks", [](Service& s) {
        s.networks = {{.network = "host"}};
    });
    add("a service that is not there", "services/web/depends_on", [](Service& s) {
        s.depends_on = {{.service = "db"}};
    });
    add("a volume that is not there", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(VolumeMount{.volume = "/etc", .target = "/x"});
    });
    add("content outside", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(ContentMount{.source = "../x", .target = "/x"});
    });
    add("content of the host", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(ContentMount{.source = "/etc/shadow", .target = "/x"});
    });
    add("a target that climbs", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(ContentMount{.source = "x", .target = "/a/../proc"});
    });
    add("a target in /proc", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(ContentMount{.source = "x", .target = "/proc/sys"});
    });
    add("the root", "services/web/tmpfs", [](Service& s) {
        s.mounts.emplace_back(TmpfsMount{.target = "/"});
    });
    add("set-user-id", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(ContentMount{.source = "x", .target = "/x", .mode = 04755});
    });
    add("an owner in words", "services/web/volumes", [](Service& s) {
        s.mounts.emplace_back(ContentMount{.source = "x", .target = "/x", .owner = "root"});
    });
    add("a large tmpfs", "services/web/tmpfs", [](Service& s) {
        s.mounts.emplace_back(TmpfsMount{.target = "/x", .size = 1ULL << 40});
    });
    add("a proxy's label", "services/web/labels/traefik.enable", [](Service& s) {
        s.labels.emplace("traefik.enable", "true");
    });
    add("a health path that is none", "services/web/x-diorama/health", [](Service& s) {
        s.health = HealthPath{"http://x/"};
    });
    add("a database that is routed", "services/web/ports", [](Service& s) { s.ports = {5432}; });
    add("too many replicas", "services", [](Service& s) { s.replicas = 21; });
    return all;
}

}  // namespace

TEST_CASE("a plain plan is not refused")
{
    CHECK(refusals([](Service&) {}).empty());
}

TEST_CASE("SEC-10: the policy refuses what bypassed the reader")
{
    for (const Spoiled& each : spoiled()) {
        CAPTURE(each.what);
        CHECK(refusals(each.spoil) == Paths{each.where});
    }
}

TEST_CASE("SEC-02: what passes for a name holds nothing that a shell, path, label or host reads")
{
    const auto plain = [](std::string_view text, std::string_view signs) {
        return !text.empty() && !text.starts_with('-') && std::ranges::all_of(text, [&](char each) {
            return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                   (each >= '0' && each <= '9') || signs.contains(each);
        });
    };
    int names = 0;
    for (const std::string& text : hostile_texts()) {
        CAPTURE(text);
        names += is_name(text) ? 1 : 0;
        if (is_name(text)) CHECK((plain(text, "._-") && text.size() <= 63));
        if (is_host_name(text)) CHECK((plain(text, "._-") && text.size() <= 253));
        if (is_image_reference(text)) CHECK(plain(text, "._-/:@"));
        if (is_tree_path(text)) CHECK_FALSE(fmt::format("/{}/", text).contains("/../"));
        if (is_tree_path(text)) CHECK_FALSE(text.starts_with('/'));
    }
    CHECK(names == 12);  // Some of them are honest: api, www, pr-2 …
}

TEST_CASE("names that people use are names")
{
    for (const auto* name : {"web", "my-app_2", "App.Server", "_internal", "0"})
        CHECK(is_name(name));
    for (const auto* image :
         {"nginx",
          "nginx:1.27-alpine",
          "localhost:5000/a/b:c",
          "ghcr.io/o/r@sha256:0123456789abcdef"})
        CHECK(is_image_reference(image));
    for (const auto* path : {"/a", "/var/lib/data", "/a.b/c d"})
        CHECK(is_container_path(path));
    for (const auto* path : {"", "/", "a", "/a/", "/a//b", "/./a", "/a/.."})
        CHECK_FALSE(is_container_path(path));
    for (const auto* signal : {"", "SIGTERM", "TERM", "15", "SIGRTMIN+3"})
        CHECK(is_signal(signal));
    for (const auto* policy : {"no", "always", "on-failure", "on-failure:5", "unless-stopped"})
        CHECK(is_restart_policy(policy));
    for (const auto* user : {"", "node", "1000", "1000:1000", "www-data:www-data"})
        CHECK(is_user(user));
    CHECK(is_scene_address("db"));
    CHECK(is_scene_address("127.0.0.1"));
    CHECK(is_scene_address("::1"));
    CHECK_FALSE(is_kernel_path("/dev/shm"));
    CHECK_FALSE(is_kernel_path("/devices"));
}

TEST_CASE("SEC-10: a plan of too many services, volumes or networks is refused")
{
    Plan plan = good_plan();
    const Service one = plan.services.front();
    for (int each = 0; each < 20; ++each) {
        plan.services.push_back(one);
        plan.services.back().name = fmt::format("s{}", each);
    }
    const auto found = judge(plan, {});
    REQUIRE(found.size() == 2);
    CHECK(found[0].what == "21 services are more than the 20 that are allowed");
    CHECK(found[1].what == "21 containers are more than the 20 that are allowed");
}

TEST_CASE("SEC-10: a service that is there twice is refused")
{
    Plan plan = good_plan();
    plan.services.push_back(plan.services.front());
    CHECK(refusals(plan) == Paths{"services/web"});
}

TEST_CASE("SEC-10: volumes and networks are named and labelled like services")
{
    Plan plan = good_plan();
    plan.volumes["../x"] = {.name = "../x"};
    plan.networks["n"] = {.name = "n", .labels = {{"com.docker.network", "x"}}};
    CHECK(refusals(plan) == Paths{"volumes/../x", "networks/n/labels/com.docker.network"});
}

TEST_CASE("an installation may refuse root, and allow more capabilities")
{
    Policy policy;
    policy.require_non_root = true;
    for (const auto* user : {"root", "0", "0:0", "root:root"}) {
        CAPTURE(user);
        const auto found = refusals([&](Service& service) { service.user = user; }, policy);
        CHECK(found == Paths{"services/web/user"});
    }
    policy.capabilities.insert("NET_ADMIN");
    CHECK(refusals([](Service& service) { service.cap_add = {"NET_ADMIN"}; }, policy).empty());
}

TEST_CASE(
    "what asks for nothing gets the defaults, what asks for too much gets the most, and a note"
)
{
    Plan plan = good_plan();
    Service& web = plan.services.front();
    CHECK(web.limits == Limits{.memory = 512ULL << 20, .cpus = 0.5, .pids = 512});
    web.limits = {.memory = 64ULL << 30, .cpus = 1, .pids = -1};
    web.mounts = {
        TmpfsMount{.target = "/a"},
        TmpfsMount{.target = "/b", .size = 1ULL << 40}
    };
    clamp(plan, {});
    CHECK(web.limits == Limits{.memory = 2ULL << 30, .cpus = 1, .pids = 4096});
    CHECK(std::get<TmpfsMount>(web.mounts[0]).size == 64ULL << 20);
    CHECK(std::get<TmpfsMount>(web.mounts[1]).size == 512ULL << 20);
    REQUIRE(plan.notes.size() == 3);
    CHECK(plan.notes[0].text == "web: memory lowered to 2048 MiB, the most that is allowed");
    CHECK(judge(plan, {}).empty());
}

TEST_CASE("a default above the maximum is lowered to it")
{
    Plan plan = good_plan();
    plan.services.front().limits = {};
    Policy policy;
    policy.most.memory = 128ULL << 20;
    clamp(plan, policy);
    CHECK(plan.services.front().limits.memory == 128ULL << 20);
    CHECK(judge(plan, policy).empty());
}
