#include "base/unicode.hpp"
#include "manifest/read.hpp"

namespace diorama::manifest {

namespace {

constexpr std::int64_t most_replicas = 1'000;

/// One value that may stand in two places; both with different values is a mistake.
template <class Value>
std::optional<Value> either(
    const Values& here,
    std::string_view key,
    const std::optional<Value>& own,
    const std::optional<Value>& deployed
)
{
    if (own && deployed && *own != *deployed)
        here.findings().wrong(
            here.at(key),
            fmt::format("{} says one thing and deploy another", key),
            "Keep one of them."
        );
    return own ? own : deployed;
}

/// deploy.restart_policy in the words of `restart`.
std::string restart_of(const Values& policy)
{
    const auto condition = policy.text("condition").value_or("any");
    if (condition == "none") return "no";
    if (condition != "on-failure") return "always";
    const auto attempts = policy.whole("max_attempts");
    return attempts ? fmt::format("on-failure:{}", *attempts) : "on-failure";
}

/// A map below, or an empty one.
const Node& below(const Values& values, std::string_view key)
{
    static const Node none = Node::Map{};
    const Node* node = values.find(key);
    return node ? *node : none;
}

void read_restart(Service& service, const Values& values, const Values& deploy)
{
    if (auto restart = values.text("restart"))
        // YAML reads an unquoted no as text or as false, by its age.
        service.restart = *restart == "false" || restart->empty() ? "no" : *restart;
    else if (const Node* policy = deploy.find("restart_policy"))
        service.restart = restart_of(Values(*policy, values.findings()));
}

}  // namespace

void read_resources(Service& service, const Values& values)
{
    const Values deploy(below(values, "deploy"), values.findings());
    const Values resources(below(deploy, "resources"), values.findings());
    const Values limits(below(resources, "limits"), values.findings());

    const auto replicas =
        either(values, "scale", values.whole("scale"), deploy.whole("replicas")).value_or(1);
    if (replicas < 0 || replicas > most_replicas)
        values.findings().wrong(
            values.at("deploy"), fmt::format("{} replicas", replicas), "Ask for 1."
        );
    else
        service.replicas = static_cast<std::uint32_t>(replicas);

    service.limits.memory =
        either(values, "mem_limit", values.bytes("mem_limit"), limits.bytes("memory")).value_or(0);
    service.limits.cpus =
        either(values, "cpus", values.number("cpus"), limits.number("cpus")).value_or(0);
    service.limits.pids =
        either(values, "pids_limit", values.whole("pids_limit"), limits.whole("pids")).value_or(0);
    service.shm_size = values.bytes("shm_size").value_or(0);
    read_restart(service, values, deploy);
}

}  // namespace diorama::manifest
