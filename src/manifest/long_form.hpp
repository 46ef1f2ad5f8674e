#pragma once

#include "base/node.hpp"
#include "manifest/findings.hpp"

namespace diorama::manifest {

/// Rewrites the short forms of a Compose file into the long ones, in place, so that merging and
/// reading know one form of each: `build: .` → `{context: .}`, `"8080:80"` → `{target: 80, …}`,
/// `K=V` lists → maps, `command: a b` → a list. Every new node stands where the short one stood.
/// What cannot be read is told and left as it is.
void to_long_form(Node& document, Findings& findings);

/// The parts of `services.*` that have short forms of several words: ports and volumes.
Node long_ports(const Node& ports, Findings& findings);
Node long_volumes(const Node& volumes, Findings& findings);

/// `node` at another's place.
Node placed(Node node, Position at);

}  // namespace diorama::manifest
