#pragma once

#include "hub/bare.hpp"

/// What git prints, as values. The hub's own.
namespace diorama::hub {

/// Commits end with \x01; hash, tree, parents, name, mail, time and message are parted by NUL.
std::vector<CommitFacts> read_commits(std::string_view text);

/// `diff -z --raw --numstat`: all raw lines, then all counts, in the same order.
std::vector<FileChange> read_changes(std::string_view text);

}  // namespace diorama::hub
