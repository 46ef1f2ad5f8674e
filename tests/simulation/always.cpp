#include "simulation/always.hpp"

#include "store/deployments.hpp"
#include "store/environments.hpp"
#include "store/inventory.hpp"
#include "store/ports.hpp"

#include <map>
#include <set>

namespace diorama::simulation {

namespace {

struct Memory {
    std::map<EnvironmentId, Environment> environments;
    std::map<EnvironmentId, Instant> wished;  ///< When the newest generation was.
    std::vector<Entry> entries;
    std::vector<ports::Claim> ports;
};

Memory memory_of(House& house)
{
    return house.peek([&](Tx& tx) -> Result<Memory> {
        Memory memory;
        for (Environment& environment : environments::all_live(tx)) {
            const auto newest =
                deployments::of_generation(tx, environment.id, environment.wanted.generation);
            if (newest) memory.wished.emplace(environment.id, newest->created_at);
            memory.environments.emplace(environment.id, std::move(environment));
        }
        memory.entries = inventory::of_target(tx, house.settings().target);
        memory.ports = ports::list_all(tx);
        return memory;
    });
}

/// DESIGN rule 4: a row comes before its object and goes after it.
void check_rows(
    House& house, const Memory& memory, std::string_view unknown, std::vector<std::string>& found
)
{
    std::set<std::pair<EntryType, std::string>> rows;
    for (const Entry& entry : memory.entries)
        rows.emplace(entry.type, entry.name);
    for (const FakeHost::Object* object : house.host.objects()) {
        if (object->labels.empty() || object->name.starts_with(unknown)) continue;
        if (!rows.contains({object->type, object->name}))
            found.push_back(fmt::format("{} stands, and its row is gone", object->name));
    }
}

/// DESIGN rule 3: once there is a newer wish, nothing is made for an older one.
void check_makings(const Memory& memory, std::vector<std::string>& found)
{
    for (const Entry& entry : memory.entries) {
        const auto owner = memory.environments.find(entry.environment);
        if (owner == memory.environments.end() || !memory.wished.contains(owner->first)) continue;
        const Environment& environment = owner->second;
        if (entry.generation < environment.wanted.generation &&
            entry.created_at > memory.wished.at(environment.id))
            found.push_back(fmt::format(
                "{} was made for generation {}, and {} was wanted already",
                entry.name,
                entry.generation,
                environment.wanted.generation
            ));
    }
}

/// What it was put up with it keeps until it is gone; what waits for an approval was never put up.
bool owns_ports(const Environment& environment)
{
    return environment.state != State::destroying && environment.state != State::awaiting_approval;
}

/// E10, H10: each environment that was put up has ports of its own; nobody else has any.
void check_ports(const PortPool& pool, const Memory& memory, std::vector<std::string>& found)
{
    std::set<std::uint16_t> taken = pool.reserved;
    std::set<EnvironmentId> owners;
    for (const auto& [owner, ports] : memory.ports) {
        owners.insert(owner);
        const auto known = memory.environments.find(owner);
        if (known == memory.environments.end())
            found.push_back(fmt::format("{} is gone, and has ports", owner.text()));
        else if (known->second.state == State::awaiting_approval)
            found.push_back(fmt::format("{} was not put up, and has ports", known->second.slug));
        for (const std::uint16_t port : {ports.app, ports.database})
            if (!taken.insert(port).second)
                found.push_back(fmt::format("port {} has more than one owner", port));
    }
    for (const auto& [id, environment] : memory.environments)
        if (owns_ports(environment) && !owners.contains(id))
            found.push_back(
                fmt::format("{} is {}, and has no ports", environment.slug, name(environment.state))
            );
}

}  // namespace

std::vector<std::string> untruths_now(House& house, std::string_view unknown)
{
    std::vector<std::string> found;
    const Memory memory = memory_of(house);
    check_rows(house, memory, unknown, found);
    check_makings(memory, found);
    if (house.settings().ports) check_ports(*house.settings().ports, memory, found);
    return found;
}

}  // namespace diorama::simulation
