#include "main/doctor.hpp"

#include "driver/machine.hpp"
#include "main/serve.hpp"

namespace diorama {

namespace {

Node check(const Fact& fact)
{
    Node node = Node::Map{
        {"name",  fact.name                     },
        {"well",  fact.grade != Fact::Grade::bad},
        {"found", fact.value                    }
    };
    if (!fact.fix.empty()) node.set("mend", fact.fix);
    return node;
}

Node::List checks(const Machine& machine)
{
    Node::List all;
    for (const Fact& fact : facts(machine))
        all.push_back(check(fact));
    return all;
}

Node::List trouble(std::string_view name, const Error& error)
{
    return {check({Fact::Grade::bad, std::string(name), error.message, error.mend})};
}

Site site_of(const Config& config)
{
    return {
        .range = config.network.subnets.text(),
        .data = config.data,
        .filter = {.wanted = config.network.filter == Filter::require}
    };
}

/// What `diorama serve` would listen on.
Result<> add_ports(Site& site, const Config& config)
{
    const auto add = [&](const char* of, const std::string& text) -> Result<> {
        const auto address = Address::parse(text);
        if (!address) return address.error();
        site.ports.emplace_back(of, *address);
        return ok();
    };
    const auto api = add("API", config.api.listen);
    if (!api) return api.error().during("api.listen");
    for (const std::string& text : config.gateway.listen) {
        const auto gateway = add("gateway", text);
        if (!gateway) return gateway.error().during("gateway.listen");
    }
    return ok();
}

}  // namespace

Task<Result<Node>>
doctor_facts(Loop& loop, docker::Engine& engine, const Config& config, Machine::Filter filter)
{
    Site site = site_of(config);
    site.filter = std::move(filter);
    const Machine machine = co_await look_at_machine(loop, engine, std::move(site));
    co_return Node(Node::Map{
        {"checks", checks(machine)}
    });
}

std::optional<api::Disk> disk_of(const std::filesystem::path& folder)
{
    std::error_code failed;
    const auto space = std::filesystem::space(folder, failed);
    if (failed) return std::nullopt;
    return api::Disk{space.capacity - space.free, space.capacity};
}

Node::List checks_without_daemon()
{
    const auto config = load_config({});
    if (!config) return trouble("configuration", config.error());
    const auto address = Address::parse(config->docker.host);
    if (!address) return trouble("configuration", address.error().during("docker.host"));
    Site site = site_of(*config);
    const auto listed = add_ports(site, *config);
    if (!listed) return trouble("configuration", listed.error());
    Loop loop(1);
    docker::Engine engine(loop, *address);
    return checks(loop.run(look_at_machine(loop, engine, std::move(site))));
}

}  // namespace diorama
