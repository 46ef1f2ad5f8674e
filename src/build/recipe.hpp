#pragma once

#include "base/error.hpp"
#include "model/dockerfile.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// A Dockerfile as it goes to the Engine, and the way back from the Engine's steps to its lines.
///
/// One LABEL of ours stands behind each FROM. All layers of a build thus carry it: those a failed
/// build leaves behind can be found, and no layer of one trust scope is ever the cached layer of
/// another (SEC-45), since the Engine's cache goes by the layer below.
///
/// Each step costs the Engine a container and a commit, so all labels stand in the one. It names
/// the Dockerfile too: of two layers that say the same the Engine takes the newer, and a build
/// beside this one would take its cache away.
struct Recipe {
    struct Step {
        int line = 0;      ///< In the Dockerfile as written.
        std::string text;  ///< "RUN make", on one line.
        bool ours = false;
    };

    std::string path;  ///< For messages.
    std::string text;
    Dockerfile scanned;
    std::vector<Step> steps;  ///< As the Engine counts them, from 1.
    std::size_t written = 0;  ///< Of these, those that the repository wrote.
    std::vector<int> woven;   ///< Lines of `text` that are ours.

    /// The number of step `index` (from 0) among those the repository wrote, from 1.
    std::size_t number(std::size_t index) const;

    /// The line as written of a line of `text`.
    int source_line(int sent) const;

    /// "api/Dockerfile:7"
    std::string where(int line) const;
};

/// Reads a Dockerfile and prepares it. `invalid` or `refused`, with file and line, for what
/// SECURITY's rules refuse, what no builder can read, a target that is not there, and what only
/// BuildKit understands.
Result<Recipe> prepare_recipe(
    std::string_view text,
    std::string path,
    const std::map<std::string, std::string>& args,
    std::string_view target,
    std::map<std::string, std::string> labels
);

/// The images from outside that a build of `target` touches: the classic builder makes all stages
/// up to the target, needed or not. Each once; never "scratch".
std::vector<std::string> outside_images(const Dockerfile& scanned, std::string_view target);

}  // namespace diorama
