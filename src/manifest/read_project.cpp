#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "manifest/check.hpp"
#include "manifest/read.hpp"
#include "model/main_service.hpp"

#include <algorithm>
#include <ranges>

namespace diorama::manifest {

namespace {

using Labels = std::map<std::string, std::string>;

/// Without the services whose profiles nobody asked for: those are never made, so what they say
/// does not matter.
Node active(const Node& tree, const std::set<std::string>& profiles)
{
    const Node* services = tree.find("services");
    if (!services || !services->map()) return tree;
    const auto is_off = [&](const Node::Entry& entry) {
        const Node* own = entry.value.find("profiles");
        if (!own || !own->list() || own->list()->empty()) return false;
        return std::ranges::none_of(*own->list(), [&](const Node& each) {
            return profiles.contains("*") || profiles.contains(each.scalar_text().value_or(""));
        });
    };
    Node kept = *services;
    std::erase_if(std::get<Node::Map>(kept.value), is_off);
    Node rest = tree;
    rest.set("services", std::move(kept));
    return rest;
}

void check_dependencies(Context& context, const Node& services)
{
    for (Service& service : context.plan.services) {
        const Position at = locate(services, {service.name, "depends_on"});
        std::erase_if(service.depends_on, [&](const Dependency& each) {
            const bool there = context.plan.find(each.service) != nullptr;
            if (!there && each.required)
                context.findings.wrong(
                    at,
                    fmt::format(
                        "{} depends on {}, which is not there or has a profile that is off",
                        service.name,
                        display(each.service)
                    ),
                    "Define it, or write required: false."
                );
            return !there;
        });
    }
}

/// Finds a service that waits for itself, by taking away those that wait for nobody.
void check_circles(Context& context, const Node& services)
{
    std::set<std::string> done;
    const auto can_start = [&](const Service& service) {
        return std::ranges::all_of(service.depends_on, [&](const Dependency& each) {
            return done.contains(each.service);
        });
    };
    bool moved = true;
    while (std::exchange(moved, false)) {
        for (const Service& service : context.plan.services) {
            if (!done.contains(service.name) && can_start(service))
                moved = done.insert(service.name).second;
        }
    }
    for (const Service& service : context.plan.services) {
        if (done.contains(service.name)) continue;
        context.findings.wrong(
            locate(services, {service.name, "depends_on"}),
            fmt::format("{} waits for services that wait for it", service.name),
            "Remove one of the dependencies."
        );
        return;
    }
}

/// Definitions of volumes and networks that some service uses; what nobody uses is not made.
template <class Defined>
void keep_used(std::map<std::string, Defined>& defined, const std::set<std::string>& used)
{
    std::erase_if(defined, [&](const auto& entry) { return !used.contains(entry.first); });
}

void drop_unused(Plan& plan)
{
    std::set<std::string> volumes;
    std::set<std::string> networks;
    for (const Service& service : plan.services) {
        for (const NetworkJoin& join : service.networks)
            networks.insert(join.network);
        for (const Mount& mount : service.mounts) {
            if (const auto* volume = std::get_if<VolumeMount>(&mount))
                volumes.insert(volume->volume);
        }
    }
    keep_used(plan.volumes, volumes);
    keep_used(plan.networks, networks);
}

void read_definitions(Context& context, const Values& top)
{
    for (const Node::Entry& entry : top.entries("volumes")) {
        const Values values(entry.value, context.findings);
        context.plan.volumes[entry.key] = {.name = entry.key, .labels = values.pairs("labels")};
    }
    context.plan.networks["default"] = {.name = "default"};
    for (const Node::Entry& entry : top.entries("networks")) {
        const Values values(entry.value, context.findings);
        context.plan.networks[entry.key] = {
            .name = entry.key,
            .internal = values.flag("internal").value_or(false),
            .labels = values.pairs("labels"),
        };
    }
}

/// x-diorama.main at the top, or `main: true` on one service.
void read_main(Context& context, const Values& top)
{
    Plan& plan = context.plan;
    if (const Node* ours = top.find("x-diorama")) {
        const Values values(*ours, context.findings);
        plan.main_asked = values.text("main").value_or("");
        if (!plan.main_asked.empty() && !plan.find(plan.main_asked))
            context.findings.wrong(
                values.at("main"),
                fmt::format("there is no service {}", display(plan.main_asked)),
                "Name one of the services."
            );
    }
    for (const Node::Entry& entry : top.entries("services")) {
        const Node* ours = entry.value.find("x-diorama");
        if (!ours) continue;
        const Values values(*ours, context.findings);
        if (!values.flag("main").value_or(false)) continue;
        if (!plan.main_asked.empty() && plan.main_asked != entry.key)
            context.findings.wrong(
                values.at("main"), "there is another main service", "Choose one of them."
            );
        plan.main_asked = entry.key;
    }
}

/// x-diorama.sleep: for scenes that work though nobody looks.
void read_sleep(Context& context, const Values& top)
{
    const Node* ours = top.find("x-diorama");
    if (!ours) return;
    const Values values(*ours, context.findings);
    const auto text = values.text("sleep");
    if (!text) return;
    if (*text == "never") {
        context.plan.sleep_after = milliseconds{0};
        return;
    }
    const auto after = parse_duration(*text);
    if (after && *after >= minutes{1}) {
        context.plan.sleep_after = *after;
        return;
    }
    context.findings.wrong(
        values.at("sleep"),
        fmt::format("{} is no time to sleep after", display(*text)),
        "Write never, or a minute or more, e.g. 2h."
    );
}

/// The profiles that are on: asked for, or named in `.env` as Compose reads them.
std::set<std::string> chosen_profiles(const Context& context)
{
    auto profiles = context.options.profiles;
    const auto named = context.project.variables.find("COMPOSE_PROFILES").value_or("");
    for (const std::string_view each : split(named, ','))
        profiles.emplace(trim(each));
    return profiles;
}

void no_service(Context& context, Position at)
{
    const Node* services = context.project.tree.find("services");
    const bool some = services && services->map() && !services->map()->empty();
    context.findings.wrong(
        at,
        some ? "every service has a profile that is off" : "there is no service",
        some ? "Set COMPOSE_PROFILES in .env, or give one service no profiles:."
             : "Define one under services:."
    );
}

}  // namespace

Position locate(const Node& tree, const std::vector<std::string>& path)
{
    const Node* node = &tree;
    Position at = tree.at;
    for (const std::string& part : path) {
        const auto* entries = node->map();
        if (!entries) break;
        const auto found = std::ranges::find(*entries, part, &Node::Entry::key);
        if (found == entries->end()) break;
        at = found->at;
        node = &found->value;
    }
    return at;
}

std::optional<std::string> repository_path(Context& context, std::string_view path, Position at)
{
    auto within = path_within(context.findings.folder(at), path);
    if (within) return *within;
    context.findings.add(at, within.error());
    return std::nullopt;
}

void read_project(Context& context)
{
    const Node tree = active(context.project.tree, chosen_profiles(context));
    check_keys(tree, Scope::top, context.findings);
    const Values top(tree, context.findings);
    read_definitions(context, top);
    for (const Node::Entry& entry : top.entries("services")) {
        if (context.plan.services.size() > context.options.policy.services) break;
        context.plan.services.push_back(read_service(context, entry.key, entry.value));
    }
    for (const Node::Entry& entry : top.entries("services"))
        apply_links(context, Values(entry.value, context.findings));
    if (context.plan.services.empty()) no_service(context, top.at("services"));
    const Node services = tree.find("services") ? *tree.find("services") : Node();
    check_dependencies(context, services);
    check_circles(context, services);
    read_main(context, top);
    read_sleep(context, top);
    drop_unused(context.plan);
    choose_main(context.plan);
}

}  // namespace diorama::manifest
