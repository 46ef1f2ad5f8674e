#include "docker/container_create.hpp"

#include "base/described.hpp"

namespace diorama::docker {

namespace {

/// Adds `value` unless it is the default, which then stays the Engine's.
template <class T>
void add(Node::Map& map, std::string_view key, const T& value)
{
    if (value != T{}) map.push_back({std::string(key), to_node(value)});
}

std::int64_t nanoseconds(milliseconds time)
{
    return std::chrono::nanoseconds(time).count();
}

Node healthcheck(const Healthcheck& check, int api_minor)
{
    if (check.disabled)
        return Node::Map{
            {"Test", Node::List{"NONE"}}
        };
    Node::Map map;
    add(map, "Test", check.test);
    if (check.interval) map.push_back({"Interval", nanoseconds(*check.interval)});
    if (check.timeout) map.push_back({"Timeout", nanoseconds(*check.timeout)});
    if (check.start_period) map.push_back({"StartPeriod", nanoseconds(*check.start_period)});
    if (check.start_interval && api_minor >= 44)
        map.push_back({"StartInterval", nanoseconds(*check.start_interval)});
    if (check.retries) map.push_back({"Retries", *check.retries});
    return map;
}

Node mount(const Mount& wanted)
{
    Node::Map map{
        {"Target",   wanted.target   },
        {"ReadOnly", wanted.read_only}
    };
    if (wanted.kind == Mount::Kind::volume) {
        map.push_back({"Type", "volume"});
        map.push_back({"Source", wanted.volume});
        map.push_back({"VolumeOptions", Node::Map{{"NoCopy", wanted.no_copy}}});
        return map;
    }
    map.push_back({"Type", "tmpfs"});
    Node::Map options;
    add(options, "SizeBytes", wanted.size);
    if (wanted.mode) options.push_back({"Mode", *wanted.mode});
    map.push_back({"TmpfsOptions", std::move(options)});
    return map;
}

Node host_config(const ContainerConfig& config)
{
    Node::Map host{
        {"NetworkMode",    config.network ? config.network->network : std::string("none")  },
        {"RestartPolicy",
         Node::Map{{"Name", config.restart}, {"MaximumRetryCount", config.restart_retries}}},
        {"LogConfig",
         Node::Map{{"Type", config.log.driver}, {"Config", to_node(config.log.options)}}   },
        {"IpcMode",        "private"                                                       },
        {"CgroupnsMode",   "private"                                                       },
        {"ReadonlyRootfs", config.read_only                                                },
        {"Init",           config.init                                                     },
    };
    add(host, "Memory", config.memory);
    add(host, "MemorySwap", config.memory);
    add(host, "NanoCpus", config.nano_cpus);
    add(host, "PidsLimit", config.pids_limit);
    add(host, "CapDrop", config.cap_drop);
    add(host, "CapAdd", config.cap_add);
    add(host, "SecurityOpt", config.security_opt);
    add(host, "GroupAdd", config.group_add);
    add(host, "Sysctls", config.sysctls);
    add(host, "ShmSize", config.shm_size);
    add(host, "ExtraHosts", config.extra_hosts);
    add(host, "Dns", config.dns);
    Node::List ulimits;
    for (const Ulimit& each : config.ulimits)
        ulimits.push_back(Node::Map{
            {"Name", each.name},
            {"Soft", each.soft},
            {"Hard", each.hard}
        });
    host.push_back({"Ulimits", std::move(ulimits)});
    Node::List mounts;
    for (const Mount& each : config.mounts)
        mounts.push_back(mount(each));
    host.push_back({"Mounts", std::move(mounts)});
    return host;
}

Node networking(const Endpoint& endpoint)
{
    Node::Map settings{
        {"Aliases", to_node(endpoint.aliases)}
    };
    if (!endpoint.address.empty())
        settings.push_back({"IPAMConfig", Node::Map{{"IPv4Address", endpoint.address}}});
    return Node::Map{
        {"EndpointsConfig", Node::Map{{endpoint.network, std::move(settings)}}}
    };
}

}  // namespace

Node create_body(const ContainerConfig& config, int api_minor)
{
    Node::Map body{
        {"Image",     config.image     },
        {"Tty",       config.tty       },
        {"OpenStdin", config.stdin_open}
    };
    if (config.entrypoint) body.push_back({"Entrypoint", to_node(*config.entrypoint)});
    if (config.command) body.push_back({"Cmd", to_node(*config.command)});
    Node::List environment;
    for (const auto& [name, value] : config.environment)
        environment.push_back(fmt::format("{}={}", name, value));
    body.push_back({"Env", std::move(environment)});
    add(body, "User", config.user);
    add(body, "WorkingDir", config.working_dir);
    add(body, "Hostname", config.hostname);
    add(body, "Labels", config.labels);
    add(body, "StopSignal", config.stop_signal);
    if (config.stop_timeout) body.push_back({"StopTimeout", config.stop_timeout->count()});
    Node::Map ports;
    for (const auto port : config.exposed_ports)
        ports.push_back({fmt::format("{}/tcp", port), Node::Map{}});
    body.push_back({"ExposedPorts", std::move(ports)});
    if (config.healthcheck)
        body.push_back({"Healthcheck", healthcheck(*config.healthcheck, api_minor)});
    body.push_back({"HostConfig", host_config(config)});
    if (config.network) body.push_back({"NetworkingConfig", networking(*config.network)});
    return body;
}

}  // namespace diorama::docker
