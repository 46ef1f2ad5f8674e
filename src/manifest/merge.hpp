#pragma once

#include "base/node.hpp"

#include <string_view>

namespace diorama::manifest {

/// Lays one Compose tree over another, both in long form (Compose specification, "Merge"): maps
/// are merged key by key, lists appended without repeating, scalars replaced. command, entrypoint
/// and a health check's test are replaced whole; volumes, secrets and configs of a service are one
/// for each target. `key` is where the values stand.
Node merge(Node base, const Node& over, std::string_view key = {});

}  // namespace diorama::manifest
