#pragma once

#include "base/error.hpp"
#include "base/node.hpp"
#include "model/files.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace diorama::manifest {

enum class PathKind { none, file, folder, link, submodule };

/// The files of a commit that have been read so far.
///
/// Reading a manifest is a plain function of the files it sees. What it lacks, it asks for by
/// looking; then the files asked for are fetched and the function runs again. So only the fetching
/// waits, and nothing that parses is a coroutine.
class Library {
public:
    explicit Library(const Files& files) : files_(files) {}

    /// What `path` is, without following links; `link` when a part of the way is one.
    PathKind kind(std::string_view path) const;

    /// The content of a file, or why there is none. Null: asked for, come again.
    const Result<std::string>* text(const std::string& path);

    /// The file as YAML, parsed once. Null: asked for, come again.
    const Result<Node>* yaml(const std::string& path);

    /// What was looked for and is not here yet.
    const std::set<std::string>& wanted() const { return wanted_; }
    void keep(const std::string& path, Result<std::string> content);

    std::size_t count() const { return texts_.size(); }
    std::uint64_t bytes() const { return bytes_; }

private:
    const FileEntry* entry(std::string_view path) const;

    const Files& files_;
    std::map<std::string, Result<std::string>> texts_;
    std::map<std::string, Result<Node>> trees_;
    std::set<std::string> wanted_;
    std::uint64_t bytes_ = 0;
};

/// `path` as seen from `folder`, without "." and ".."; "." for the root itself. Refused when it is
/// absolute, begins with '~' or leads out of the repository.
Result<std::string> path_within(std::string_view folder, std::string_view path);

/// The folder a file lies in, "" for the root.
std::string folder_of(std::string_view path);

}  // namespace diorama::manifest
