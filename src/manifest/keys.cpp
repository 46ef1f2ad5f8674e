#include "manifest/keys.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace diorama::manifest {

namespace {

using enum Scope;
using enum Use;

constexpr std::string_view no_swarm = "a scene runs on one machine";
constexpr std::string_view no_tuning =
    "a scene's share of the machine is mem_limit, cpus, pids_limit";
constexpr std::string_view no_hooks =
    "Do it in the service's entrypoint, or in a service of its own that others wait for with "
    "condition: service_completed_successfully.";
constexpr std::string_view own_network =
    "Remove it: services of a scene reach each other by name on its own networks.";
constexpr std::string_view own_volumes = "Use a named volume: each scene has its own.";
constexpr std::string_view no_devices = "Remove it: previews get no devices of the host.";
constexpr std::string_view no_secrets_in_builds =
    "Remove it: builds get no secrets. Fetch what is private before, or vendor it.";

constexpr auto table = std::to_array<Key>({
    {top, "version", ignored, "the newest Compose specification is read, whatever it says"},
    {top, "name", used, "read and dropped: a scene has a name of its own"},
    {top, "include", used, "files of the repository", include, Below::each},
    {top, "services", used, "", service, Below::each},
    {top, "networks", used, "each is made for the scene", network, Below::each},
    {top, "volumes", used, "each is made for the scene", volume, Below::each},
    {top, "secrets", used, "from files of the repository", secret, Below::each},
    {top, "configs", used, "from files of the repository, or inline", config, Below::each},
    {top, "models", refused, "Remove it: models are not served to scenes."},
    {top, "jobs", ignored, "scheduled jobs do not run in previews"},
    {top, "x-diorama", used, "what Compose has no word for", diorama},

    {include, "path", used, "a file of the repository, or several to merge"},
    {include, "env_file", used, "for its interpolation"},
    {include, "project_directory", used, "where its paths count from"},

    {service, "image", used, ""},
    {service, "build", used, "", build},
    {service, "command", used, "a string is split like a shell does"},
    {service, "entrypoint", used, "a string is split like a shell does"},
    {service, "environment", used, "list or map"},
    {service, "env_file", used, "files of the repository", env_file, Below::each},
    {service, "expose", used, ""},
    {service, "ports", used, "the container's side; nothing is bound on the host", port, Below::each
    },
    {service, "depends_on", used, "with conditions", depends_on, Below::each},
    {service, "healthcheck", used, "", healthcheck},
    {service, "volumes", used, "volumes of the scene, files of the repository", mount, Below::each},
    {service, "networks", used, "", join, Below::each},
    {service, "secrets", used, "", file_mount, Below::each},
    {service, "configs", used, "", file_mount, Below::each},
    {service, "restart", used, ""},
    {service, "user", used, ""},
    {service, "working_dir", used, ""},
    {service, "hostname", used, ""},
    {service, "container_name", used, "an alias inside the scene"},
    {service, "stop_signal", used, ""},
    {service, "stop_grace_period", used, ""},
    {service, "init", used, ""},
    {service, "tmpfs", used, ""},
    {service, "read_only", used, ""},
    {service, "shm_size", used, "within the policy's maximum"},
    {service, "ulimits", used, "a short list", ulimit, Below::each},
    {service, "tty", used, ""},
    {service, "stdin_open", used, ""},
    {service, "platform", used, ""},
    {service, "extra_hosts", used, "names within the scene; the host itself is not reachable"},
    {service, "deploy", used, "", deploy},
    {service, "scale", used, "the same as deploy.replicas"},
    {service, "mem_limit", used, "within the policy's maximum"},
    {service, "cpus", used, "within the policy's maximum"},
    {service, "pids_limit", used, "within the policy's maximum"},
    {service, "labels", used, "not ours, not a proxy's"},
    {service, "profiles", used, "services with profiles are off unless asked for"},
    {service, "extends", used, "a service of this or another file of the repository", extends},
    {service, "links", used, "depends_on, and the alias for everybody in the scene"},
    {service, "cap_add", used, "those that policy allows"},
    {service, "cap_drop", used, ""},
    {service, "sysctls", used, "those that policy allows"},
    {service, "group_add", used, ""},
    {service, "x-diorama", used, "what Compose has no word for", diorama_service},
    {service, "annotations", ignored, "no runtime of ours reads them"},
    {service, "attach", ignored, "the logs of all services are kept"},
    {service, "blkio_config", ignored, no_tuning},
    {service, "cpu_count", ignored, no_tuning},
    {service, "cpu_percent", ignored, no_tuning},
    {service, "cpu_period", ignored, no_tuning},
    {service, "cpu_quota", ignored, no_tuning},
    {service, "cpu_rt_period", ignored, no_tuning},
    {service, "cpu_rt_runtime", ignored, no_tuning},
    {service, "cpu_shares", ignored, no_tuning},
    {service, "cpuset", ignored, no_tuning},
    {service, "develop", ignored, "a push is what renews a scene"},
    {service, "dns", ignored, "a scene has its own resolver"},
    {service, "dns_opt", ignored, "a scene has its own resolver"},
    {service, "dns_search", ignored, "a scene has its own resolver"},
    {service, "domainname", ignored, "services have plain names"},
    {service, "isolation", ignored, "it is a word of Windows"},
    {service, "label_file", ignored, "write labels into the Compose file"},
    {service, "logging", ignored, "Diorama keeps the logs of every service"},
    {service, "mac_address", ignored, "the scene's network gives addresses"},
    {service, "mem_reservation", ignored, no_tuning},
    {service, "mem_swappiness", ignored, no_tuning},
    {service, "memswap_limit", ignored, no_tuning},
    {service, "oom_score_adj", ignored, no_tuning},
    {service, "pull_policy", ignored, "an image is pulled when it is not there"},
    {service, "pull_refresh_after", ignored, "an image is pulled when it is not there"},
    {service, "storage_opt", ignored, no_tuning},
    {service, "umask", ignored, "the image's own is kept"},
    {service, "cgroup", refused, "Remove it.", none, Below::one, "private"},
    {service, "cgroup_parent", refused, "Remove it: a scene's limits are not its own to choose."},
    {service, "credential_spec", refused, "Remove it."},
    {service, "device_cgroup_rules", refused, no_devices},
    {service, "devices", refused, no_devices},
    {service, "external_links", refused, own_network},
    {service, "gpus", refused, no_devices},
    {service, "ipc", refused, "Remove it.", none, Below::one, "private|none"},
    {service, "models", refused, "Remove it: models are not served to scenes."},
    {service, "network_mode", refused, own_network, none, Below::one, "bridge|default"},
    {service, "oom_kill_disable", refused, "Remove it.", none, Below::one, "false"},
    {service, "pid", refused, "Remove it."},
    {service, "post_start", refused, no_hooks},
    {service, "pre_start", refused, no_hooks},
    {service, "pre_stop", refused, no_hooks},
    {service, "privileged", refused, "Remove it.", none, Below::one, "false"},
    {service, "provider", refused, "Remove it: nothing is run on the host."},
    {service, "runtime", refused, "Remove it.", none, Below::one, "runc"},
    {service,
     "security_opt", refused,
     "Remove it: no-new-privileges is always on.", none,
     Below::one,
     "no-new-privileges|no-new-privileges:true|no-new-privileges=true"},
    {service, "use_api_socket", refused, "Remove it.", none, Below::one, "false"},
    {service, "userns_mode", refused, "Remove it."},
    {service, "uts", refused, "Remove it."},
    {service, "volumes_from", refused, "Name the volume, and mount it in both services."},

    {build, "context", used, "a folder of the repository"},
    {build, "dockerfile", used, ""},
    {build, "dockerfile_inline", used, ""},
    {build, "args", used, ""},
    {build, "target", used, ""},
    {build, "labels", used, "not ours, not a proxy's"},
    {build, "cache_from", used, "images"},
    {build, "cache_to", ignored, "unchanged trees build nothing"},
    {build, "extra_hosts", ignored, "builds resolve names as the engine does"},
    {build, "isolation", ignored, "it is a word of Windows"},
    {build, "no_cache", ignored, "redeploy builds anew"},
    {build, "no_cache_filter", ignored, "redeploy builds anew"},
    {build, "platforms", ignored, "built for the machine it runs on"},
    {build, "provenance", ignored, "the image stays here"},
    {build, "pull", ignored, "base images are pulled when they are not there"},
    {build, "sbom", ignored, "the image stays here"},
    {build, "shm_size", ignored, "builds get the engine's default"},
    {build, "tags", ignored, "Diorama names the images it builds"},
    {build, "ulimits", ignored, "builds get the engine's default"},
    {build, "additional_contexts", refused, "Copy what is needed from the one context."},
    {build, "entitlements", refused, "Remove it."},
    {build, "network", refused, "Remove it.", none, Below::one, "default|bridge"},
    {build, "privileged", refused, "Remove it.", none, Below::one, "false"},
    {build, "secrets", refused, no_secrets_in_builds},
    {build, "ssh", refused, no_secrets_in_builds},

    {depends_on, "condition", used, ""},
    {depends_on, "required", used, ""},
    {depends_on, "restart", ignored, "a push restarts what changed"},

    {deploy, "replicas", used, "within the policy's maximum"},
    {deploy, "resources", used, "", resources},
    {deploy, "restart_policy", used, "when there is no restart", restart_policy},
    {deploy, "mode", ignored, no_swarm},
    {deploy, "endpoint_mode", ignored, no_swarm},
    {deploy, "labels", ignored, "they are for Swarm's services, not for containers"},
    {deploy, "placement", ignored, no_swarm},
    {deploy, "rollback_config", ignored, "a failed update keeps the old version serving"},
    {deploy, "update_config", ignored, "new containers start beside the old ones"},
    {resources, "limits", used, "", limits},
    {resources, "reservations", used, "", reservations},
    {limits, "cpus", used, "within the policy's maximum"},
    {limits, "memory", used, "within the policy's maximum"},
    {limits, "pids", used, "within the policy's maximum"},
    {reservations, "cpus", ignored, no_swarm},
    {reservations, "memory", ignored, no_swarm},
    {reservations, "generic_resources", refused, no_devices},
    {reservations, "devices", refused, no_devices},
    {restart_policy, "condition", used, ""},
    {restart_policy, "max_attempts", used, ""},
    {restart_policy, "delay", ignored, "the engine waits longer with each restart"},
    {restart_policy, "window", ignored, "the engine waits longer with each restart"},

    {healthcheck, "disable", used, ""},
    {healthcheck, "interval", used, ""},
    {healthcheck, "retries", used, ""},
    {healthcheck, "start_interval", used, ""},
    {healthcheck, "start_period", used, ""},
    {healthcheck, "test", used, ""},
    {healthcheck, "timeout", used, ""},

    {port, "target", used, ""},
    {port, "protocol", used, "tcp is routed, udp stays inside the scene"},
    {port, "published", used, "read and dropped: nothing is bound on the host"},
    {port, "host_ip", used, "read and dropped: nothing is bound on the host"},
    {port, "app_protocol", ignored, "the gateway speaks HTTP"},
    {port, "mode", ignored, no_swarm},
    {port, "name", ignored, "nothing asks for it"},

    {mount, "type", used, "volume, bind of a path in the repository, tmpfs"},
    {mount, "source", used, ""},
    {mount, "target", used, ""},
    {mount, "read_only", used, ""},
    {mount, "bind", used, "", mount_bind},
    {mount, "volume", used, "", mount_volume},
    {mount, "tmpfs", used, "", mount_tmpfs},
    {mount, "consistency", ignored, "it is a word of Docker Desktop"},
    {mount, "image", refused, own_volumes},
    {mount_bind, "create_host_path", ignored, "content is copied, nothing is bound"},
    {mount_bind, "recursive", ignored, "content is copied, nothing is bound"},
    {mount_bind, "selinux", ignored, "content is copied, nothing is bound"},
    {mount_bind, "propagation", refused, "Remove it.", none, Below::one, "private|rprivate"},
    {mount_volume, "nocopy", used, ""},
    {mount_volume, "labels", ignored, "write them at the volume"},
    {mount_volume, "subpath", refused, "Mount the whole volume, or make one more."},
    {mount_tmpfs, "size", used, "within the policy's maximum"},
    {mount_tmpfs, "mode", used, ""},

    {env_file, "path", used, ""},
    {env_file, "required", used, ""},
    {env_file, "format", used, "raw: no quotes, no variables"},

    {join, "aliases", used, ""},
    {join, "interface_name", ignored, "the scene's network names them"},
    {join, "ipv4_address", ignored, "the scene's network gives addresses; use names"},
    {join, "ipv6_address", ignored, "the scene's network gives addresses; use names"},
    {join, "mac_address", ignored, "the scene's network gives addresses"},
    {join, "priority", ignored, "all networks of a scene are alike"},
    {join, "gw_priority", ignored, "all networks of a scene are alike"},
    {join, "use_service_name_alias", ignored, "a service always answers to its name"},
    {join, "driver_opts", refused, "Remove it."},
    {join, "link_local_ips", refused, "Remove it."},

    {file_mount, "source", used, ""},
    {file_mount, "target", used, ""},
    {file_mount, "uid", used, ""},
    {file_mount, "gid", used, ""},
    {file_mount, "mode", used, ""},

    {extends, "service", used, ""},
    {extends, "file", used, "of the repository"},

    {ulimit, "soft", used, ""},
    {ulimit, "hard", used, ""},

    {network, "name", used, "read and dropped: each scene has its own"},
    {network, "internal", used, "no way out of the scene"},
    {network, "labels", used, "not ours, not a proxy's"},
    {network, "attachable", ignored, no_swarm},
    {network, "enable_ipv4", ignored, "the daemon's address range decides"},
    {network, "enable_ipv6", ignored, "the daemon's address range decides"},
    {network, "ipam", ignored, "the daemon gives each scene a range of its own; use names"},
    {network, "driver", refused, own_network, none, Below::one, "bridge|default|overlay"},
    {network, "driver_opts", refused, "Remove it."},
    {network, "external", refused, own_network, none, Below::one, "false"},

    {volume, "name", used, "read and dropped: each scene has its own"},
    {volume, "labels", used, "not ours, not a proxy's"},
    {volume, "driver", refused, own_volumes, none, Below::one, "local"},
    {volume, "driver_opts", refused, own_volumes},
    {volume, "external", refused, own_volumes, none, Below::one, "false"},

    {secret, "name", used, "read and dropped"},
    {secret, "file", used, "of the repository"},
    {secret, "labels", ignored, "a secret is a file in the container"},
    {secret, "environment", refused, "Use a file of the repository with a value for previews."},
    {secret,
     "external", refused,
     "Use a file of the repository with a value for previews.", none,
     Below::one,
     "false"},
    {secret, "driver", refused, "Use a file of the repository with a value for previews."},
    {secret, "driver_opts", refused, "Use a file of the repository with a value for previews."},
    {secret, "template_driver", refused, "Write the file as it shall be."},

    {config, "name", used, "read and dropped"},
    {config, "content", used, "with variables"},
    {config, "file", used, "of the repository"},
    {config, "labels", ignored, "a config is a file in the container"},
    {config, "environment", refused, "Use content: with a variable, or a file of the repository."},
    {config, "external", refused, "Use a file of the repository.", none, Below::one, "false"},
    {config, "template_driver", refused, "Write the file as it shall be."},

    {diorama, "main", used, "the service under the scene's plain host"},
    {diorama, "sleep", used, "`never`, or how long after its last use it sleeps, e.g. 2h"},
    {diorama_service, "main", used, "true: this is the main service"},
    {diorama_service, "health", used, "a path that answers below 500 when the service is well"},
});

constexpr std::array<std::string_view, 28> paths{
    "",
    "",
    "include[]",
    "services.*",
    "services.*.build",
    "services.*.depends_on.*",
    "services.*.deploy",
    "services.*.deploy.resources",
    "services.*.deploy.resources.limits",
    "services.*.deploy.resources.reservations",
    "services.*.deploy.restart_policy",
    "services.*.healthcheck",
    "services.*.ports[]",
    "services.*.volumes[]",
    "services.*.volumes[].bind",
    "services.*.volumes[].volume",
    "services.*.volumes[].tmpfs",
    "services.*.env_file[]",
    "services.*.networks.*",
    "services.*.secrets[], services.*.configs[]",
    "services.*.extends",
    "services.*.ulimits.*",
    "networks.*",
    "volumes.*",
    "secrets.*",
    "configs.*",
    "x-diorama",
    "services.*.x-diorama",
};

}  // namespace

std::span<const Key> keys()
{
    return table;
}

const Key* find_key(Scope scope, std::string_view name)
{
    const auto found = std::ranges::find_if(table, [&](const Key& key) {
        return key.in == scope && key.name == name;
    });
    return found == table.end() ? nullptr : &*found;
}

std::string_view path(Scope scope)
{
    return paths.at(static_cast<std::size_t>(scope));
}

std::string_view name(Use use)
{
    switch (use) {
        case used: return "used";
        case ignored: return "ignored";
        case refused: return "refused";
    }
    std::abort();
}

}  // namespace diorama::manifest
