#include "base/unicode.hpp"
#include "model/judge.hpp"
#include "model/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace diorama {

void Judge::image(const ImageRef& image)
{
    if (is_image_reference(image.reference)) return;
    refuse(
        {"image"},
        fmt::format("'{}' is not the name of an image", display(image.reference)),
        "Write it like nginx:1.27 or registry.example/team/app:tag."
    );
}

void Judge::build(const BuildSpec& build)
{
    const auto path = [&](const char* key, const std::string& value) {
        if (is_tree_path(value)) return;
        refuse(
            {"build", key},
            fmt::format("'{}' leads out of the repository", display(value)),
            "Name a path inside the repository."
        );
    };
    path("context", build.context);
    if (build.dockerfile_inline)
        at_most("dockerfile_inline bytes", build.dockerfile_inline->size(), policy_.inline_bytes);
    else
        path("dockerfile", build.dockerfile);
    auto below = path_;
    below.emplace_back("build");
    Judge(policy_, found_, std::move(below)).labels(build.labels);
    at_most("args", build.args.size(), policy_.environment);
    for (const auto& [key, value] : build.args) {
        if (is_variable(key) && !value.contains('\0')) continue;
        refuse({"build", "args"}, fmt::format("'{}' cannot be a build argument", display(key)), {});
    }
    if (!build.target.empty() && !is_name(build.target))
        refuse({"build", "target"}, fmt::format("'{}' is no stage", display(build.target)), {});
    for (const std::string& image : build.cache_from) {
        if (!is_image_reference(image))
            refuse(
                {"build", "cache_from"},
                fmt::format("'{}' is not the name of an image", display(image)),
                "Name images only."
            );
    }
}

void Judge::environment(const Service& service)
{
    at_most("environment", service.environment.size(), policy_.environment);
    std::uint64_t bytes = 0;
    for (const auto& [key, value] : service.environment) {
        bytes += key.size() + value.size() + 2;
        if (!is_environment_name(key) || value.contains('\0'))
            refuse(
                {"environment"},
                fmt::format("'{}' cannot be a variable", display(key)),
                "Use a name without '=', blanks and control characters."
            );
    }
    at_most("environment bytes", bytes, policy_.environment_bytes);
}

void Judge::target(const std::string& key, const std::string& path)
{
    if (!is_container_path(path))
        refuse(
            {key},
            fmt::format("'{}' is no absolute path in a container", display(path)),
            "Mount at an absolute path without '..'."
        );
    else if (is_kernel_path(path))
        refuse(
            {key},
            fmt::format("nothing may be mounted at {}: it belongs to the kernel", path),
            "Mount elsewhere."
        );
}

void Judge::mount(const VolumeMount& mount)
{
    target("volumes", mount.target);
}

void Judge::mount(const ContentMount& mount)
{
    target("volumes", mount.target);
    if (mount.inline_text)
        at_most("content bytes", mount.inline_text->size(), policy_.inline_bytes);
    else if (!is_tree_path(mount.source))
        refuse(
            {"volumes"},
            fmt::format("'{}' leads out of the repository", display(mount.source)),
            "Mount a path inside the repository."
        );
    if (mount.mode && *mount.mode > 0777)
        refuse({"volumes"}, "a file mode above 0777", "Leave out set-user-id and sticky bits.");
    if (!is_owner(mount.owner))
        refuse({"volumes"}, fmt::format("'{}' is no uid:gid", display(mount.owner)), {});
}

void Judge::mount(const TmpfsMount& mount)
{
    target("tmpfs", mount.target);
    if (mount.size > policy_.tmpfs_most)
        refuse(
            {"tmpfs"},
            fmt::format(
                "tmpfs at {} is larger than {} MiB", mount.target, policy_.tmpfs_most >> 20
            ),
            "Ask for less."
        );
    if (mount.mode && *mount.mode > 01777)
        refuse({"tmpfs"}, "a tmpfs mode above 1777", "Leave out set-user-id bits.");
}

void Judge::mounts(const Service& service)
{
    at_most("volumes", service.mounts.size(), policy_.mounts);
    for (const Mount& each : service.mounts) {
        std::visit([this](const auto& kind) { mount(kind); }, each);
    }
}

void Judge::names(const Service& service)
{
    name("service", service.name);
    if (!service.hostname.empty() && !is_host_name(service.hostname))
        refuse(
            {"hostname"},
            fmt::format("'{}' is no host name", display(service.hostname)),
            "Use letters, digits, '-' and '.'."
        );
    if (!service.container_name.empty() && !is_name(service.container_name))
        refuse(
            {"container_name"},
            fmt::format("'{}' is no name", display(service.container_name)),
            "Use letters, digits, '.', '_' and '-'."
        );
    for (const NetworkJoin& join : service.networks) {
        for (const std::string& alias : join.aliases) {
            if (!is_name(alias))
                refuse(
                    {"networks", join.network},
                    fmt::format("'{}' is no alias", display(alias)),
                    "Use letters, digits, '.', '_' and '-'."
                );
        }
    }
}

void Judge::privileges(const Service& service)
{
    for (const std::string& capability : service.cap_add) {
        if (policy_.capabilities.contains(capability)) continue;
        refuse(
            {"cap_add", capability},
            fmt::format("the capability {} is not allowed", display(capability)),
            fmt::format("Remove it, or allow it in security.capabilities.")
        );
    }
    for (const std::string& capability : service.cap_drop) {
        if (!is_capability(capability))
            refuse({"cap_drop"}, fmt::format("'{}' is no capability", display(capability)), {});
    }
    for (const auto& [key, value] : service.sysctls) {
        if (policy_.sysctls.contains(key) && is_sysctl_value(value)) continue;
        refuse(
            {"sysctls", key},
            fmt::format("the sysctl {} = {} is not allowed", display(key), display(value)),
            "Remove it, or allow it in security.sysctls."
        );
    }
    const bool root = service.user == "root" || service.user == "0" ||
                      service.user.starts_with("root:") || service.user.starts_with("0:");
    if (policy_.require_non_root && root)
        refuse({"user"}, "root is not allowed here", "Name another user, e.g. user: \"1000\".");
    if (!is_user(service.user))
        refuse({"user"}, fmt::format("'{}' is no user", display(service.user)), {});
    for (const std::string& group : service.group_add) {
        if (group.empty() || !is_user(group) || group.contains(':'))
            refuse({"group_add"}, fmt::format("'{}' is no group", display(group)), {});
    }
}

void Judge::ulimits(const Service& service)
{
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 13> most{
        {
         {"as", -1},
         {"core", -1},
         {"cpu", -1},
         {"data", -1},
         {"fsize", -1},
         {"locks", -1},
         {"memlock", -1},
         {"msgqueue", 819'200},
         {"nofile", 1'048'576},
         {"nproc", -1},
         {"rss", -1},
         {"sigpending", 65'536},
         {"stack", -1},
         }
    };
    for (const Ulimit& each : service.ulimits) {
        const auto known =
            std::ranges::find(most, each.name, [](const auto& row) { return row.first; });
        const auto fits = [&](std::int64_t value) {
            return known->second < 0 ? value >= -1 : value >= 0 && value <= known->second;
        };
        if (known == most.end() || !fits(each.soft) || !fits(each.hard))
            refuse(
                {"ulimits", each.name},
                fmt::format(
                    "the ulimit {} = {}:{} is not allowed", display(each.name), each.soft, each.hard
                ),
                "Lower it or leave it out."
            );
    }
}

void Judge::limits(const Service& service)
{
    const auto within = [&](std::vector<std::string> key, auto value, auto least, auto most) {
        if (value == 0 || (value >= least && value <= most)) return;
        const std::string name = key.back();
        refuse(
            std::move(key),
            fmt::format("{} = {} is not between {} and {}", name, value, least, most),
            "Ask for a value in between."
        );
    };
    const Limits& most = policy_.most;
    // Below 6 MiB the engine refuses to start anything.
    within({"mem_limit"}, service.limits.memory, std::uint64_t{6} << 20, most.memory);
    within({"pids_limit"}, service.limits.pids, std::int64_t{1}, most.pids);
    within({"shm_size"}, service.shm_size, std::uint64_t{1}, policy_.shm_most);
    within(
        {"cpus"}, std::isfinite(service.limits.cpus) ? service.limits.cpus : -1, 0.01, most.cpus
    );
    at_most("ports", service.ports.size(), policy_.ports);
}

void Judge::hosts(const Service& service)
{
    for (const auto& [host, address] : service.extra_hosts) {
        if (is_host_name(host) && is_scene_address(address)) continue;
        refuse(
            {"extra_hosts"},
            fmt::format("{} → {} leads out of the scene", display(host), display(address)),
            "Name a service of this file or an ordinary address."
        );
    }
}

void Judge::words(const Service& service)
{
    const auto check = [&](const char* key, const std::optional<std::vector<std::string>>& list) {
        if (!list) return;
        std::size_t bytes = 0;
        bool text = true;
        for (const std::string& word : *list) {
            bytes += word.size() + 1;
            text = text && !word.contains('\0');
        }
        at_most(fmt::format("{} bytes", key), bytes, policy_.environment_bytes);
        if (!text) refuse({key}, "a NUL character in a word", "Remove it.");
    };
    check("command", service.command);
    check("entrypoint", service.entrypoint);
    if (service.healthcheck) check("healthcheck", service.healthcheck->test);

    const auto is_plain = [&](const char* key, bool fits, const std::string& value) {
        if (!fits) refuse({key}, fmt::format("{}: '{}' is not possible", key, display(value)), {});
    };
    is_plain("restart", is_restart_policy(service.restart), service.restart);
    is_plain("stop_signal", is_signal(service.stop_signal), service.stop_signal);
    is_plain("platform", is_platform(service.platform), service.platform);
    is_plain(
        "working_dir",
        service.working_dir.empty() || service.working_dir == "/" ||
            is_container_path(service.working_dir),
        service.working_dir
    );
    if (service.health && !is_url_path(service.health->path))
        refuse({"x-diorama", "health"}, "the health path is no path", "Begin it with '/'.");
}

void Judge::service(const Service& service)
{
    names(service);
    if (const auto* spec = std::get_if<BuildSpec>(&service.source)) build(*spec);
    if (const auto* reference = std::get_if<ImageRef>(&service.source)) image(*reference);
    words(service);
    environment(service);
    mounts(service);
    privileges(service);
    ulimits(service);
    limits(service);
    hosts(service);
    labels(service.labels);
}

}  // namespace diorama
