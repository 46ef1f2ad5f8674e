#pragma once

#include "model/environment.hpp"
#include "store/tx.hpp"

#include <string_view>
#include <vector>

namespace diorama::projects {

/// `conflict` when the tenant has that repository already, or the slug is taken.
Result<> insert(Tx& tx, const Project& project);

Result<Project> find(Tx& tx, ProjectId id);
Result<Project> find_by_repository(Tx& tx, TenantId tenant, std::string_view repository);
/// The one the forge calls so, however it was renamed or moved.
Result<Project>
find_by_forge(Tx& tx, TenantId tenant, std::string_view forge, std::string_view repository_id);
Result<Project> find_by_slug(Tx& tx, std::string_view slug);

/// By slug.
std::vector<Project> list(Tx& tx, TenantId tenant);

/// Ties it to the repository of a forge. `conflict` when another project is tied to it.
Result<> tie(Tx& tx, ProjectId id, std::string_view forge, std::string_view repository_id);

/// It was renamed or moved: where it is now; the slug stays. `conflict` when another is there.
Result<> move(Tx& tx, ProjectId id, std::string_view repository, std::string_view name);

/// What people call it; the slug stays.
Result<> rename(Tx& tx, ProjectId id, std::string_view name);

}  // namespace diorama::projects
