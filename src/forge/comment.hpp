#pragma once

#include "forge/forge_api.hpp"
#include "forge/report.hpp"

/// A Report in a forge's words. Pure.
namespace diorama {

/// What stands hidden in the one comment about an environment, and by which it is found again.
std::string comment_marker(const Report& report);

/// The comment in Markdown: the first line is the answer and holds the marker. Nothing that people
/// typed works in it (SEC-61). Always below `comment_limit`.
std::string comment_text(const Report& report);

/// The answer in at most 140 bytes of plain text.
std::string one_line(const Report& report);

/// "diorama/preview"
CommitStatus status_of(const Report& report);
ForgeDeployment deployment_of(const Report& report);

}  // namespace diorama
