#include "model/judge.hpp"

#include "base/unicode.hpp"
#include "model/labels.hpp"
#include "model/main_service.hpp"
#include "model/words.hpp"

namespace diorama {

void Judge::refuse(std::vector<std::string> below, std::string what, std::string mend)
{
    auto path = path_;
    path.insert(path.end(), below.begin(), below.end());
    found_.push_back({std::move(path), std::move(what), std::move(mend)});
}

void Judge::at_most(std::string key, std::size_t count, std::size_t most)
{
    if (count <= most) return;
    refuse(
        {key},
        fmt::format("{} {} are more than the {} that are allowed", count, key, most),
        "Ask for fewer."
    );
}

void Judge::name(std::string_view kind, const std::string& name)
{
    if (is_name(name)) return;
    refuse(
        {},
        fmt::format("'{}' cannot be the name of a {}", display(name), kind),
        "Use up to 63 letters, digits, '.', '_' and '-', beginning with a letter or digit."
    );
}

void Judge::labels(const Labels& labels)
{
    at_most("labels", labels.size(), policy_.labels);
    for (const auto& [key, value] : labels) {
        if (is_reserved_label(key)) {
            refuse(
                {"labels", key},
                fmt::format(
                    "the label {} is reserved: it would speak to a proxy or claim ownership", key
                ),
                "Remove it: Diorama routes by ports and x-diorama."
            );
        } else if (key.empty() || key.size() > 256 || value.size() > 16384 || has_control(key) ||
                   value.contains('\0')) {
            refuse({"labels", key}, "a label is empty, too long or not text", "Shorten it.");
        }
    }
}

namespace {

/// What only the whole plan shows: sums, and names that lead nowhere.
void judge_whole(const Plan& plan, const Policy& policy, Judge& top)
{
    top.at_most("services", plan.services.size(), policy.services);
    top.at_most("volumes", plan.volumes.size(), policy.volumes);
    top.at_most("networks", plan.networks.size(), policy.networks);
    std::uint64_t containers = 0;
    std::set<std::string_view> seen;
    for (const Service& service : plan.services) {
        containers += service.replicas;
        if (!seen.insert(service.name).second)
            top.refuse({"services", service.name}, "a service is there twice", "Rename one.");
    }
    if (containers > policy.containers)
        top.refuse(
            {"services"},
            fmt::format(
                "{} containers are more than the {} that are allowed", containers, policy.containers
            ),
            "Ask for fewer replicas."
        );
}

void judge_links(const Plan& plan, const Service& service, Judge& judge)
{
    for (const Dependency& each : service.depends_on) {
        if (each.required && !plan.find(each.service))
            judge.refuse(
                {"depends_on"}, fmt::format("there is no service {}", display(each.service)), {}
            );
    }
    for (const NetworkJoin& each : service.networks) {
        if (!plan.networks.contains(each.network))
            judge.refuse(
                {"networks"}, fmt::format("there is no network {}", display(each.network)), {}
            );
    }
    for (const Mount& each : service.mounts) {
        const auto* volume = std::get_if<VolumeMount>(&each);
        if (volume && !plan.volumes.contains(volume->volume))
            judge.refuse(
                {"volumes"}, fmt::format("there is no volume {}", display(volume->volume)), {}
            );
    }
    const auto port = service.port();
    if (port && is_private_port(*port) && (service.routed || plan.main == service.name))
        judge.refuse(
            {"ports"},
            fmt::format("port {} belongs to a database or queue and is never routed", *port),
            "Choose another main service with x-diorama.main."
        );
}

}  // namespace

std::vector<Refusal> judge(const Plan& plan, const Policy& policy)
{
    std::vector<Refusal> found;
    Judge top(policy, found, {});
    judge_whole(plan, policy, top);
    for (const Service& service : plan.services) {
        Judge below(policy, found, {"services", service.name});
        below.service(service);
        judge_links(plan, service, below);
    }
    const auto named = [&](const char* kind, const std::string& key, const Labels& labels) {
        Judge below(policy, found, {fmt::format("{}s", kind), key});
        below.name(kind, key);
        below.labels(labels);
    };
    for (const auto& [key, volume] : plan.volumes)
        named("volume", key, volume.labels);
    for (const auto& [key, network] : plan.networks)
        named("network", key, network.labels);
    return found;
}

}  // namespace diorama
