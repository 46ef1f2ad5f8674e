#include "driver/facts.hpp"

#include "base/spawn.hpp"
#include "model/addresses.hpp"

#include <bit>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace diorama {

namespace {

/// A way out of containers or builds, and the release that closed it in the line of `since`.
struct Advisory {
    std::string_view component;  ///< As the Engine's version answer names it.
    std::string_view since, fixed;
    std::string_view what;
};

constexpr std::string_view proc_escape =
    "CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881 (containers reach the host's /proc)";
constexpr std::string_view huge_user = "CVE-2024-40635 (a very large user number runs as root)";

/// Newest first: the first that applies says the release to take.
constexpr Advisory advisories[] = {
    {"runc",       "1.3",  "1.3.3",  proc_escape                                                           },
    {"runc",       "0",    "1.2.8",  proc_escape                                                           },
    {"containerd", "2.0",  "2.0.4",  huge_user                                                             },
    {"containerd", "1.7",  "1.7.27", huge_user                                                             },
    {"containerd", "0",    "1.6.38", huge_user                                                             },
    {"buildkit",
     "0",                  "0.12.5",
     "CVE-2024-23651, CVE-2024-23652 and CVE-2024-23653 (builds reach the host)"                           },
    {"Engine",     "25.0", "25.0.6", "CVE-2024-41110 (authorization plugins can be passed by)"             },
    {"Engine",     "0",    "25.0.2", "CVE-2024-24557 (poisoned build cache) and its BuildKit before 0.12.5"
    },
};

std::optional<std::vector<int>> numbers(std::string_view version)
{
    std::vector<int> parts;
    if (version.starts_with('v')) version.remove_prefix(1);
    const char* at = version.data();
    const char* const end = at + version.size();
    while (at != end) {
        int value = 0;
        const auto [next, failed] = std::from_chars(at, end, value);
        if (failed != std::errc{}) break;
        parts.push_back(value);
        at = next;
        if (at == end || *at != '.') break;
        ++at;
    }
    if (parts.empty()) return std::nullopt;
    return parts;
}

std::string version_of(const docker::Version& version, std::string_view component)
{
    if (component == "Engine") return version.engine;
    const auto found = version.components.find(std::string(component));
    return found == version.components.end() ? "" : found->second;
}

/// Debian and others mend old releases without changing their number, so this can only warn.
void add_versions(std::vector<Fact>& all, const docker::Version& version)
{
    for (const std::string_view component : {"Engine", "containerd", "runc", "buildkit"}) {
        const std::string have = version_of(version, component);
        if (have.empty()) continue;
        Fact fact{.name = std::string(component), .value = have};
        for (const Advisory& advisory : advisories) {
            const bool applies = advisory.component == component &&
                                 !is_older(have, advisory.since) && is_older(have, advisory.fixed);
            if (!applies) continue;
            fact.grade = Fact::Grade::warning;
            fact.fix = fmt::format(
                "Install {} {} or newer, or make sure that your distribution mended {}.",
                component,
                advisory.fixed,
                advisory.what
            );
            break;
        }
        all.push_back(std::move(fact));
    }
}

Fact api(const docker::Version& version)
{
    Fact fact{.name = "Engine API", .value = version.api};
    if (!is_older(version.api, "1.41")) return fact;
    fact.grade = Fact::Grade::bad;
    fact.fix = "Install Docker Engine 20.10 or newer.";
    return fact;
}

Fact cgroups(const docker::Info& info)
{
    Fact fact{.name = "cgroups", .value = "v" + info.cgroup_version};
    if (info.cgroup_version == "2") return fact;
    fact.grade = Fact::Grade::warning;
    fact.fix = "Boot with systemd.unified_cgroup_hierarchy=1: version 2 counts memory and its "
               "kills more exactly.";
    return fact;
}

Fact storage(const docker::Info& info)
{
    Fact fact{.name = "storage driver", .value = info.storage_driver};
    if (info.storage_driver != "vfs" && info.storage_driver != "devicemapper") return fact;
    fact.grade = Fact::Grade::warning;
    fact.fix = "Switch the Engine to overlay2: this driver copies every layer for every container.";
    return fact;
}

Fact disk(const Machine& machine)
{
    constexpr std::uint64_t gigabyte = 1ULL << 30;
    Fact fact{.name = "disk"};
    fact.value = fmt::format(
        "{:.1f} of {:.1f} GB free in {}",
        static_cast<double>(machine.disk_free) / static_cast<double>(gigabyte),
        static_cast<double>(machine.disk_size) / static_cast<double>(gigabyte),
        machine.info.root_dir
    );
    if (machine.disk_free >= 10 * gigabyte) return fact;
    fact.grade = machine.disk_free < 2 * gigabyte ? Fact::Grade::bad : Fact::Grade::warning;
    fact.fix = "Free space on that disk: `docker system df` shows what takes it.";
    return fact;
}

Fact addresses(const Machine& machine)
{
    Fact fact{.name = "addresses for scenes", .value = machine.range};
    std::vector<Subnet> routes;
    for (const std::string& route : machine.routes) {
        if (const auto parsed = Subnet::parse(route)) routes.push_back(*parsed);
    }
    const auto range = Subnet::parse(machine.range);
    const auto sound = range ? check_range(*range, scene_prefix, routes) : Result<>(range.error());
    if (sound) return fact;
    fact.grade = Fact::Grade::bad;
    fact.fix = sound.error().text();
    return fact;
}

Fact packet_filter(const Machine& machine)
{
    Fact fact{.name = "packet filter", .value = machine.nft.empty() ? "no nft" : machine.nft};
    if (machine.nft.empty())
        fact.fix = "Install nftables: apt-get install nftables.";
    else if (!machine.may_filter)
        fact.fix =
            "Run Diorama as root, or give it CAP_NET_ADMIN: scenes reach this host otherwise.";
    if (!fact.fix.empty()) fact.grade = Fact::Grade::bad;
    return fact;
}

std::string text_of(const char* path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// Eight hex digits as /proc/net/route has them: the address's bytes, last first.
std::optional<std::uint32_t> little_endian(std::string_view hex)
{
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (hex.size() != 8 || failed != std::errc{} || end != hex.data() + hex.size()) return {};
    return value >> 24 | (value >> 8 & 0xff00U) | (value << 8 & 0xff0000U) | value << 24;
}

/// Bit 12 of the effective capabilities, capability(7).
bool has_net_admin()
{
    const std::string status = text_of("/proc/self/status");
    const auto at = status.find("CapEff:\t");
    if (at == std::string::npos) return false;
    std::uint64_t held = 0;
    const char* const digits = status.data() + at + 8;
    std::from_chars(digits, status.data() + status.size(), held, 16);
    return (held >> 12U & 1U) != 0;
}

}  // namespace

bool is_older(std::string_view have, std::string_view fixed)
{
    const auto left = numbers(have), right = numbers(fixed);
    return left && right && *left < *right;
}

std::vector<std::string> host_routes(std::string_view proc_net_route, std::string_view bridges)
{
    std::vector<std::string> routes;
    std::istringstream lines{std::string(proc_net_route)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::vector<std::string> columns;
        for (std::string word; words >> word;)
            columns.push_back(word);
        if (columns.size() < 8 || columns[0].starts_with(bridges)) continue;
        const auto address = little_endian(columns[1]), mask = little_endian(columns[7]);
        if (!address || !mask || *mask == 0) continue;
        routes.push_back(Subnet{{*address}, std::popcount(*mask)}.text());
    }
    return routes;
}

std::vector<Fact> facts(const Machine& machine)
{
    std::vector<Fact> all{packet_filter(machine), api(machine.version)};
    add_versions(all, machine.version);
    all.push_back(disk(machine));
    all.push_back(addresses(machine));
    all.push_back(storage(machine.info));
    all.push_back(cgroups(machine.info));
    return all;
}

Task<Result<Machine>> look_at_machine(
    Scheduler& scheduler, docker::Engine& engine, std::string range, std::string bridges
)
{
    Machine machine{.range = std::move(range)};
    const auto version = co_await engine.version();
    if (!version) co_return version.error();
    machine.version = *version;
    const auto info = co_await engine.info();
    if (!info) co_return info.error();
    machine.info = *info;

    std::error_code unknown;
    const auto space = std::filesystem::space(machine.info.root_dir, unknown);
    if (!unknown) {
        machine.disk_free = space.available;
        machine.disk_size = space.capacity;
    }
    machine.routes = host_routes(text_of("/proc/net/route"), bridges);
    machine.may_filter = has_net_admin();
    Command command;
    command.argv = {"nft", "--version"};
    const auto nft = co_await run_command(scheduler, command);
    if (nft && nft->succeeded()) machine.nft = nft->output.substr(0, nft->output.find('\n'));
    co_return machine;
}

}  // namespace diorama
