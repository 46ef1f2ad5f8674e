#pragma once

#include "base/error.hpp"
#include "build/ignore.hpp"
#include "model/archive.hpp"
#include "model/files.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace diorama {

/// How much a build context may hold, after what `.dockerignore` drops.
struct ContextLimits {
    std::uint64_t bytes = 1ULL << 30;
    std::size_t files = 100'000;
};

struct ContextFile {
    std::string path;  ///< Relative to the context.
    FileEntry file;
};

/// The files of a commit that a build gets to see.
struct Context {
    std::string folder;                   ///< In the repository; empty is its root.
    std::vector<ContextFile> files;       ///< Sorted by path.
    std::vector<std::string> submodules;  ///< Paths whose files the commit does not hold.
    std::uint64_t bytes = 0;
};

/// `name` within `folder`, both as a plan has them: "." is the root.
std::string within(std::string_view folder, std::string_view name);

/// Chooses the files below `folder` that `ignore` leaves in. `invalid` when the commit has no such
/// folder, `refused` beyond the limits.
Result<Context> select_context(
    const std::vector<FileEntry>& entries,
    std::string_view folder,
    const IgnoreRules& ignore,
    const ContextLimits& limits
);

/// The context as a tar, made while it is read, with `texts` (path → content) on top, instead of
/// files of the same path. Links stay links. `files` must outlive it.
Chunks context_tar(Files& files, const Context& context, std::map<std::string, std::string> texts);

}  // namespace diorama
