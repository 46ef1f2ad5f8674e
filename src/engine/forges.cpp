#include "engine/forges.hpp"

namespace diorama {

ForgeRepository repository_of(const Project& project)
{
    return {.forge = project.forge, .id = project.repository_id, .name = project.name};
}

ForgeApi* forge_named(std::span<ForgeApi* const> forges, std::string_view name)
{
    for (ForgeApi* forge : forges)
        if (forge->forge() == name) return forge;
    return nullptr;
}

}  // namespace diorama
