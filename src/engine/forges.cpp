#include "engine/forges.hpp"

#include <algorithm>

namespace diorama {

ForgeRepository repository_of(const Project& project)
{
    return {.forge = project.forge, .id = project.repository_id, .name = project.name};
}

bool knows(std::span<ForgeApi* const> forges, const Project& project)
{
    return !project.forge.empty() || std::ranges::any_of(forges, [&](const ForgeApi* forge) {
        return forge->location(repository_of(project)) == project.repository;
    });
}

ForgeApi* forge_named(std::span<ForgeApi* const> forges, std::string_view name)
{
    for (ForgeApi* forge : forges)
        if (forge->forge() == name) return forge;
    return nullptr;
}

}  // namespace diorama
