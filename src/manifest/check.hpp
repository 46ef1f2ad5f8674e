#pragma once

#include "base/node.hpp"
#include "manifest/findings.hpp"
#include "manifest/keys.hpp"

namespace diorama::manifest {

/// Holds every key of a tree in long form against the table: notes what is ignored, tells what is
/// refused and what nobody knows, the latter with the nearest name.
void check_keys(const Node& map, Scope scope, Findings& findings);

}  // namespace diorama::manifest
