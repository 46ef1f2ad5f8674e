#include "manifest/library.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "base/yaml.hpp"

#include <algorithm>

namespace diorama::manifest {

namespace {

bool is_windows_path(std::string_view path)
{
    return path.contains('\\') || (path.size() > 1 && path[1] == ':');
}

Error leads_out(std::string_view path)
{
    return {
        Code::refused,
        fmt::format("'{}' leads out of the repository", display(path)),
        "Name a path inside the repository."
    };
}

}  // namespace

const FileEntry* Library::entry(std::string_view path) const
{
    const auto& entries = files_.entries();
    const auto found = std::ranges::lower_bound(entries, path, {}, &FileEntry::path);
    return found != entries.end() && found->path == path ? &*found : nullptr;
}

PathKind Library::kind(std::string_view path) const
{
    if (path == ".") return PathKind::folder;
    for (auto end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
        const FileEntry* part = entry(path.substr(0, end));
        if (part && part->type == FileEntry::Type::link) return PathKind::link;
    }
    if (const FileEntry* found = entry(path)) {
        switch (found->type) {
            case FileEntry::Type::file:
            case FileEntry::Type::executable: return PathKind::file;
            case FileEntry::Type::link: return PathKind::link;
            case FileEntry::Type::submodule: return PathKind::submodule;
        }
    }
    const std::string below = std::string(path) + '/';
    const auto& entries = files_.entries();
    const auto next = std::ranges::lower_bound(entries, below, {}, &FileEntry::path);
    const bool folder = next != entries.end() && next->path.starts_with(below);
    return folder ? PathKind::folder : PathKind::none;
}

const Result<std::string>* Library::text(const std::string& path)
{
    const auto found = texts_.find(path);
    if (found != texts_.end()) return &found->second;
    wanted_.insert(path);
    return nullptr;
}

const Result<Node>* Library::yaml(const std::string& path)
{
    const auto found = trees_.find(path);
    if (found != trees_.end()) return &found->second;
    const auto* content = text(path);
    if (!content) return nullptr;
    auto tree = *content ? parse_yaml(**content, path) : Result<Node>(content->error());
    return &trees_.emplace(path, std::move(tree)).first->second;
}

void Library::keep(const std::string& path, Result<std::string> content)
{
    if (content) bytes_ += content->size();
    wanted_.erase(path);
    texts_.emplace(path, std::move(content));
}

Result<std::string> path_within(std::string_view folder, std::string_view path)
{
    const bool absolute = path.starts_with('/') || path.starts_with('~');
    if (absolute || is_windows_path(path) || path.contains('\0')) return leads_out(path);
    std::vector<std::string> parts;
    for (const std::string_view whole : {folder, path}) {
        for (const std::string_view part : split(whole, '/')) {
            if (part.empty() || part == ".") continue;
            if (part == "..") {
                if (parts.empty()) return leads_out(path);
                parts.pop_back();
            } else {
                parts.emplace_back(part);
            }
        }
    }
    if (std::ranges::find(parts, ".git") != parts.end()) return leads_out(path);
    return parts.empty() ? "." : join(parts, "/");
}

std::string folder_of(std::string_view path)
{
    const auto slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

}  // namespace diorama::manifest
