#include "hub/state.hpp"

#include "base/text.hpp"

namespace diorama::hub {

const User& State::user(std::string_view login, Instant now)
{
    const auto [found, made] = users.try_emplace(lower(login));
    if (made) found->second = {.id = next_id(), .login = std::string(login), .created = now};
    return found->second;
}

Repository* State::find(std::string_view owner, std::string_view name)
{
    for (auto& [id, repository] : repositories) {
        const bool same =
            lower(repository.owner) == lower(owner) && lower(repository.name) == lower(name);
        if (same && !repository.deleted) return &repository;
    }
    return nullptr;
}

Repository* State::find(Number id)
{
    const auto found = repositories.find(id);
    return found == repositories.end() || found->second.deleted ? nullptr : &found->second;
}

std::string_view State::permission(const Repository& repository, std::string_view login) const
{
    if (!login.empty() && lower(repository.owner) == lower(login)) return "admin";
    const auto given = repository.permissions.find(lower(login));
    if (given != repository.permissions.end()) return given->second;
    return repository.is_private ? "none" : "read";
}

}  // namespace diorama::hub
