#pragma once

#include "driver/driver.hpp"
#include "model/labels.hpp"

#include <string>
#include <string_view>

namespace diorama::label {

/// The value of a label, empty when there is none.
inline std::string value(const Labels& labels, std::string_view key)
{
    const auto found = labels.find(std::string(key));
    return found == labels.end() ? std::string{} : found->second;
}

/// True when an object with labels `theirs` is the one that `ours` asks for: made by the same
/// installation for the same environment. A name alone proves nothing.
inline bool same_owner(const Labels& theirs, const Labels& ours)
{
    const std::string maker = value(ours, installation_label);
    return !maker.empty() && maker == value(theirs, installation_label) &&
           value(theirs, environment_label) == value(ours, environment_label);
}

/// The environment of what `installation` made; none for anybody else's.
inline std::optional<EnvironmentId> owner(const Labels& theirs, std::string_view maker)
{
    if (maker.empty() || value(theirs, installation_label) != maker) return std::nullopt;
    const auto id = EnvironmentId::parse(value(theirs, environment_label));
    return id ? std::optional(*id) : std::nullopt;
}

}  // namespace diorama::label

namespace diorama {

/// Eight digits that stand for an installation where its whole id has no room.
inline std::string mark(InstallationId installation)
{
    const std::string text = installation.text();
    return text.substr(text.size() - 8);
}

/// What the names of an installation's bridges begin with: several on one machine have each their
/// own packet filter, which knows its scenes by it.
inline std::string bridge_mark(InstallationId installation)
{
    return "dio" + mark(installation).substr(4);
}

/// The name of its packet filter's table.
inline std::string filter_table(InstallationId installation)
{
    return "diorama_" + mark(installation);
}

}  // namespace diorama
