#pragma once

#include "base/node.hpp"
#include "manifest/findings.hpp"
#include "manifest/library.hpp"
#include "manifest/manifest.hpp"
#include "manifest/variables.hpp"

#include <optional>
#include <string>
#include <vector>

namespace diorama::manifest {

/// The files of a manifest as one tree in long form: interpolated, extended, included, overridden.
/// All positions say which file they are in.
struct Project {
    Node tree;
    Variables variables;
};

/// Loads the Compose files `paths`, the later over the earlier. Empty when something is wrong
/// (told to `findings`) or was not read yet (`library.wanted()`).
std::optional<Project> load_project(
    Library& library,
    Findings& findings,
    const std::vector<std::string>& paths,
    const ManifestOptions& options
);

}  // namespace diorama::manifest
