#include "driver/facts.hpp"

#include "base/byte_size.hpp"
#include "model/addresses.hpp"

#include <charconv>
#include <iterator>

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

void add_engine(std::vector<Fact>& all, const Machine& machine)
{
    if (machine.silent) {
        const Error& error = *machine.silent;
        all.push_back({Fact::Grade::bad, "Docker Engine", error.message, error.mend});
        return;
    }
    add_versions(all, machine.version);
    all.push_back(api(machine.version));
    all.push_back(storage(machine.info));
    all.push_back(cgroups(machine.info));
}

Fact disk(const Machine::Disk& disk)
{
    constexpr std::uint64_t gigabyte = 1ULL << 30;
    Fact fact{.name = "disk of " + disk.folder};
    fact.value =
        fmt::format("{} of {} free", human_byte_size({disk.free}), human_byte_size({disk.size}));
    if (disk.free >= 10 * gigabyte) return fact;
    fact.grade = disk.free < 2 * gigabyte ? Fact::Grade::bad : Fact::Grade::warning;
    fact.fix = "Free space there: `docker system df` shows what images and volumes take.";
    return fact;
}

Fact port(const Machine::Port& port)
{
    Fact fact{.name = port.of, .value = port.address};
    if (port.trouble.empty()) return fact;
    fact.grade = Fact::Grade::bad;
    fact.value = port.trouble;
    fact.fix = fmt::format(
        "End what listens there (`ss -ltnp` names it), or set {}.listen in diorama.toml.",
        port.of == "API" ? "api" : "gateway"
    );
    return fact;
}

/// Networks of others inside the range are stepped over, so only a range without room is bad.
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
    const bool has_room = range && sound.error().code == Code::conflict &&
                          free_subnet(*range, scene_prefix, {}, routes).has_value();
    fact.grade = has_room ? Fact::Grade::warning : Fact::Grade::bad;
    fact.value = sound.error().message;
    fact.fix = sound.error().mend + " It is network.subnets in diorama.toml.";
    return fact;
}

Fact packet_filter(const Machine& machine)
{
    Fact fact{.name = "packet filter", .value = machine.nft};
    if (!machine.filter.wanted) {
        fact.grade = Fact::Grade::warning;
        fact.value = "off: scenes reach this host and its networks";
        fact.fix = "Set network.filter = \"require\" in diorama.toml.";
        return fact;
    }
    if (machine.nft.empty()) {
        fact.value = "the program nft is not there";
        fact.fix = "Install nftables: apt-get install nftables.";
    } else if (!machine.may_filter) {
        fact.value = "this process may not set it";
        fact.fix =
            "Run Diorama as root, or give it CAP_NET_ADMIN: scenes reach this host otherwise.";
    } else if (machine.filter.trouble) {
        fact.value = machine.filter.trouble->message;
        fact.fix = machine.filter.trouble->mend;
    }
    if (!fact.fix.empty()) {
        fact.grade = Fact::Grade::bad;
    } else if (machine.filter.put_back > 0) {
        fact.grade = Fact::Grade::warning;
        fact.value = fmt::format("stands; had to be put back: {} times", machine.filter.put_back);
        fact.fix = "Keep your firewall manager from flushing all rules when it reloads: scenes are "
                   "open for up to a minute each time.";
    }
    return fact;
}

/// Older ones do not read the settings that keep repositories from running anything.
Fact git(const Machine& machine)
{
    Fact fact{.name = "git", .value = machine.git};
    constexpr std::string_view words = "git version ";
    if (fact.value.starts_with(words)) fact.value.erase(0, words.size());
    if (!fact.value.empty() && !is_older(fact.value, "2.31")) return fact;
    fact.grade = Fact::Grade::bad;
    if (fact.value.empty()) fact.value = "not there";
    fact.fix = "Install git 2.31 or newer: apt-get install git.";
    return fact;
}

}  // namespace

bool is_older(std::string_view have, std::string_view fixed)
{
    const auto left = numbers(have), right = numbers(fixed);
    return left && right && *left < *right;
}

std::vector<Fact> facts(const Machine& machine)
{
    std::vector<Fact> all{packet_filter(machine)};
    add_engine(all, machine);
    for (const Machine::Disk& each : machine.disks)
        all.push_back(disk(each));
    for (const Machine::Port& each : machine.ports)
        all.push_back(port(each));
    all.push_back(addresses(machine));
    all.push_back(git(machine));
    std::vector<Fact> sorted;
    for (const auto grade : {Fact::Grade::bad, Fact::Grade::warning, Fact::Grade::good})
        std::ranges::copy_if(all, std::back_inserter(sorted), [&](const Fact& each) {
            return each.grade == grade;
        });
    return sorted;
}

}  // namespace diorama
