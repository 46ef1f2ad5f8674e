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
Result<Project> find_by_slug(Tx& tx, std::string_view slug);

/// By slug.
std::vector<Project> list(Tx& tx, TenantId tenant);

/// What people call it; the slug stays.
Result<> rename(Tx& tx, ProjectId id, std::string_view name);

}  // namespace diorama::projects
