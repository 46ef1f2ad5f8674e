#include "simulation/always.hpp"

#include "store/environments.hpp"
#include "store/inventory.hpp"

#include <map>
#include <set>

namespace diorama::simulation {

namespace {

struct Memory {
    std::map<EnvironmentId, Environment> environments;
    std::vector<Entry> entries;
};

Memory memory_of(House& house)
{
    return house.peek([&](Tx& tx) -> Result<Memory> {
        Memory memory;
        for (Environment& environment : environments::all_live(tx))
            memory.environments.emplace(environment.id, std::move(environment));
        memory.entries = inventory::of_target(tx, house.settings().target);
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
        if (owner == memory.environments.end()) continue;
        const Environment& environment = owner->second;
        if (entry.generation < environment.wanted.generation &&
            entry.created_at > environment.wanted_at)
            found.push_back(fmt::format(
                "{} was made for generation {}, and {} was wanted already",
                entry.name,
                entry.generation,
                environment.wanted.generation
            ));
    }
}

}  // namespace

std::vector<std::string> untruths_now(House& house, std::string_view unknown)
{
    std::vector<std::string> found;
    const Memory memory = memory_of(house);
    check_rows(house, memory, unknown, found);
    check_makings(memory, found);
    return found;
}

}  // namespace diorama::simulation
