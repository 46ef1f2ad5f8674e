#include "base/text.hpp"
#include "base/unicode.hpp"
#include "manifest/read.hpp"
#include "manifest/units.hpp"

#include <algorithm>
#include <array>

namespace diorama::manifest {

namespace {

void add_port(Service& service, std::int64_t port)
{
    const auto number = static_cast<std::uint16_t>(port);
    if (std::ranges::find(service.ports, number) == service.ports.end())
        service.ports.push_back(number);
}

bool is_port(std::optional<std::int64_t> port)
{
    return port && *port >= 1 && *port <= 65535;
}

void read_ports(Service& service, const Values& values)
{
    for (const Node& each : values.items("ports")) {
        const Values port(each, values.findings());
        const auto target = port.whole("target");
        if (!is_port(target)) {
            if (each.map())
                values.findings().wrong(each.at, "a port needs a target", "Write target: 80.");
            continue;
        }
        if (port.text("protocol").value_or("tcp") != "tcp") continue;
        add_port(service, *target);
        service.published = true;
    }
    for (const std::string& each : values.texts("expose").value_or(std::vector<std::string>())) {
        if (each.ends_with("/udp")) continue;
        const auto text = std::string_view(each).substr(0, each.find('/'));
        const auto dash = text.find('-');
        const auto first = parse_whole(text.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : parse_whole(text.substr(dash + 1));
        const bool good =
            is_port(first) && is_port(last) && *first <= *last && *last - *first < 100;
        if (!good)
            values.findings().wrong(
                values.at("expose"),
                fmt::format("'{}' is no port", display(each)),
                "Write it like \"80\" or \"9000-9002\"."
            );
        for (auto port = first; good && *port <= *last; ++*port)
            add_port(service, *port);
    }
}

void read_dependencies(Service& service, const Values& values)
{
    using enum Dependency::Condition;
    static constexpr std::array<std::pair<std::string_view, Dependency::Condition>, 3> conditions{
        {
         {"service_started", started},
         {"service_healthy", healthy},
         {"service_completed_successfully", completed},
         }
    };
    for (const Node::Entry& entry : values.entries("depends_on")) {
        const Values each(entry.value, values.findings());
        const auto word = each.text("condition").value_or("service_started");
        const auto known =
            std::ranges::find(conditions, word, [](const auto& row) { return row.first; });
        if (known == conditions.end()) {
            each.wrong(
                "condition",
                "condition",
                "Write service_started, service_healthy or "
                "service_completed_successfully."
            );
            continue;
        }
        service.depends_on.push_back(
            {.service = entry.key,
             .condition = known->second,
             .required = each.flag("required").value_or(true)}
        );
    }
}

/// `links: [db, db:database]`: an old way to say depends_on and to add a name.
void read_links(Service& service, const Values& values)
{
    for (const std::string& link : values.texts("links").value_or(std::vector<std::string>())) {
        const std::string target(link.substr(0, link.find(':')));
        const auto known = std::ranges::find(service.depends_on, target, &Dependency::service);
        if (known == service.depends_on.end()) service.depends_on.push_back({.service = target});
    }
}

/// The host itself is not reachable from a scene, so its name leads nowhere and is left out.
void read_hosts(Service& service, const Values& values)
{
    for (const Node::Entry& entry : values.entries("extra_hosts")) {
        const Node::List one{entry.value};
        for (const Node& each : entry.value.list() ? *entry.value.list() : one) {
            std::string address = each.scalar_text().value_or("");
            if (address.starts_with('[') && address.ends_with(']'))
                address = address.substr(1, address.size() - 2);
            if (address == "host-gateway")
                values.findings().note(
                    each.at,
                    fmt::format(
                        "{} is left out: a scene does not reach the host", display(entry.key)
                    )
                );
            else
                service.extra_hosts.emplace_back(entry.key, std::move(address));
        }
    }
}

void read_ulimits(Service& service, const Values& values)
{
    for (const Node::Entry& entry : values.entries("ulimits")) {
        const Values each(entry.value, values.findings());
        const auto soft = each.whole("soft");
        const auto hard = each.whole("hard");
        if (soft && hard)
            service.ulimits.push_back({.name = entry.key, .soft = *soft, .hard = *hard});
        else
            values.findings().wrong(entry.at, "a ulimit needs soft and hard", "Write both.");
    }
}

std::vector<std::string> capabilities(const Values& values, std::string_view key)
{
    auto names = values.texts(key).value_or(std::vector<std::string>());
    for (std::string& name : names) {
        std::ranges::transform(name, name.begin(), [](char each) {
            return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
        });
        if (name.starts_with("CAP_")) name.erase(0, 4);
    }
    return names;
}

void read_image(Context& context, Service& service, const Values& values)
{
    const auto image = values.text("image");
    if (values.find("build")) return read_build(context, service, values);
    if (image && !image->empty()) {
        service.source = ImageRef{*image};
        return;
    }
    service.source = ImageRef{"none"};  // Some name: the plan is dropped, and once told is enough.
    values.findings().wrong(
        values.at(),
        fmt::format("{} has neither an image nor a build", display(service.name)),
        "Write image: name:tag, or build: with a folder that holds a Dockerfile."
    );
}

void read_process(Service& service, const Values& values)
{
    service.entrypoint = values.texts("entrypoint");
    service.command = values.texts("command");
    service.user = values.text("user").value_or("");
    service.working_dir = values.text("working_dir").value_or("");
    while (service.working_dir.size() > 1 && service.working_dir.ends_with('/'))
        service.working_dir.pop_back();
    service.hostname = values.text("hostname").value_or("");
    service.container_name = values.text("container_name").value_or("");
    service.stop_signal = values.text("stop_signal").value_or("");
    service.stop_grace_period = values.duration("stop_grace_period");
    service.platform = values.text("platform").value_or("");
    service.init = values.flag("init").value_or(false);
    service.read_only = values.flag("read_only").value_or(false);
    service.tty = values.flag("tty").value_or(false);
    service.stdin_open = values.flag("stdin_open").value_or(false);
    service.cap_add = capabilities(values, "cap_add");
    service.cap_drop = capabilities(values, "cap_drop");
    service.sysctls = values.pairs("sysctls");
    service.group_add = values.texts("group_add").value_or(std::vector<std::string>());
    service.labels = values.pairs("labels");
}

void read_diorama(Service& service, const Values& values)
{
    const Node* ours = values.find("x-diorama");
    if (!ours) return;
    const Values own(*ours, values.findings());
    if (const auto path = own.text("health")) service.health = HealthPath{*path};
}

}  // namespace

void read_healthcheck(Service& service, const Values& values)
{
    const Node* node = values.find("healthcheck");
    if (!node) return;
    const Values own(*node, values.findings());
    Healthcheck check;
    check.test = own.texts("test").value_or(std::vector<std::string>());
    check.disabled = own.flag("disable").value_or(false);
    const std::string kind = check.test.empty() ? "" : check.test.front();
    if (kind == "NONE") {
        check.disabled = true;
        check.test.clear();
    } else if (!kind.empty() && kind != "CMD" && kind != "CMD-SHELL") {
        own.wrong("test", "test", "Begin the list with CMD, CMD-SHELL or NONE.");
    }
    check.interval = own.duration("interval");
    check.timeout = own.duration("timeout");
    check.start_period = own.duration("start_period");
    check.start_interval = own.duration("start_interval");
    if (const auto retries = own.whole("retries"))
        check.retries = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*retries, 0, 1'000));
    service.healthcheck = std::move(check);
}

void read_networks(Context& context, Service& service, const Values& values)
{
    for (const Node::Entry& entry : values.entries("networks")) {
        const Values each(entry.value, values.findings());
        if (!context.plan.networks.contains(entry.key))
            values.findings().wrong(
                entry.at,
                fmt::format("there is no network {}", display(entry.key)),
                "Define it under networks:."
            );
        else
            service.networks.push_back(
                {.network = entry.key,
                 .aliases = each.texts("aliases").value_or(std::vector<std::string>())}
            );
    }
    if (service.networks.empty()) service.networks.push_back({.network = "default"});
}

void apply_links(Context& context, const Values& values)
{
    for (const std::string& link : values.texts("links").value_or(std::vector<std::string>())) {
        const auto colon = link.find(':');
        if (colon == std::string::npos) continue;
        const auto target =
            std::ranges::find(context.plan.services, link.substr(0, colon), &Service::name);
        if (target == context.plan.services.end()) continue;
        for (NetworkJoin& join : target->networks)
            join.aliases.push_back(link.substr(colon + 1));
    }
}

Service read_service(Context& context, const std::string& name, const Node& node)
{
    Service service;
    service.name = name;
    const Values values(node, context.findings);
    read_ports(service, values);
    read_image(context, service, values);
    read_process(service, values);
    read_environment(context, service, values);
    read_dependencies(service, values);
    read_links(service, values);
    read_healthcheck(service, values);
    read_mounts(context, service, values);
    read_networks(context, service, values);
    read_resources(service, values);
    read_ulimits(service, values);
    read_hosts(service, values);
    read_diorama(service, values);
    return service;
}

}  // namespace diorama::manifest
