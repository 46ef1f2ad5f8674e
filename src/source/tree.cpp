#include "source/tree.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace diorama {

namespace {

constexpr int most_links = 40;  // As the kernel follows (path_resolution(7)).

Error refused(std::string_view path, std::string_view why, std::string mend)
{
    return {
        Code::refused, fmt::format("'{}' in the repository {}", display(path), why), std::move(mend)
    };
}

Error too_large(std::string_view path, std::uint64_t size, std::uint64_t limit)
{
    return refused(
        path,
        fmt::format("has {} bytes, more than the {} allowed", size, limit),
        "Make it smaller, or raise the limit in the configuration."
    );
}

FileEntry::Type type_of(git::Kind kind)
{
    switch (kind) {
        case git::Kind::executable: return FileEntry::Type::executable;
        case git::Kind::symlink: return FileEntry::Type::link;
        case git::Kind::submodule: return FileEntry::Type::submodule;
        default: return FileEntry::Type::file;
    }
}

/// What git itself would not check out, and what no limit of ours allows.
Result<> check_path(std::string_view path, const TreeLimits& limits)
{
    const std::string mend = "Take it out of the commit.";
    if (path.size() > limits.path)
        return refused(path, fmt::format("has a path of over {} bytes", limits.path), mend);
    const auto parts = split(path, '/');
    if (parts.size() > limits.depth)
        return refused(path, fmt::format("lies over {} folders deep", limits.depth), mend);
    for (const auto part : parts) {
        if (part.empty() || part == "." || part == ".." || lower(part) == ".git")
            return refused(path, "has a part that no repository may have", mend);
    }
    return ok();
}

std::string joined(std::string_view folder, std::string_view name)
{
    return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

std::string_view parent(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Error leads_out(std::string_view path)
{
    return {
        Code::refused,
        fmt::format("'{}' leads out of the repository", display(path)),
        "Give a path inside the repository."
    };
}

/// "3 submodules, which stay empty: a, b …"
std::string counted(std::string_view what, const std::vector<std::string>& paths)
{
    constexpr std::size_t shown = 5;
    std::string text = fmt::format("{} {}: ", paths.size(), what);
    for (std::size_t i = 0; i < std::min(shown, paths.size()); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", display(paths[i]));
    return paths.size() > shown ? text + " …" : text;
}

}  // namespace

Result<std::string> path_within(std::string_view folder, std::string_view path)
{
    if (path.starts_with('/')) return leads_out(path);
    std::string here(folder);
    for (const auto part : split(path, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == "..") {
            if (here.empty()) return leads_out(path);
            here = parent(here);
        } else {
            here = joined(here, part);
        }
    }
    return here;
}

Result<std::unique_ptr<Tree>> Tree::make(
    git::Mirror mirror, const Listing& listing, const TreeLimits& limits, std::stop_token stop
)
{
    if (listing.entries.size() > limits.entries) {
        return Error{
            Code::refused,
            fmt::format("the repository holds more than {} files and folders", limits.entries),
            "Split the repository, or raise the limit in the configuration."
        };
    }
    std::unique_ptr<Tree> tree(new Tree(std::move(mirror), limits, std::move(stop)));
    tree->folders_.emplace("", listing.root);
    for (const git::TreeEntry& entry : listing.entries) {
        if (const auto added = tree->add(entry); !added) return added.error();
    }
    std::ranges::sort(tree->entries_, {}, &FileEntry::path);
    for (std::size_t i = 0; i < tree->entries_.size(); ++i) {
        const std::string& path = tree->entries_[i].path;
        const bool twice = i > 0 && tree->entries_[i - 1].path == path;
        if (twice || tree->folders_.contains(path))
            return refused(path, "is there twice", "Mend the commit that `git fsck` complains of.");
    }
    return tree;
}

Result<> Tree::add(const git::TreeEntry& entry)
{
    if (const auto checked = check_path(entry.path, limits_); !checked) return checked;
    if (entry.kind == git::Kind::folder) {
        if (folders_.emplace(entry.path, entry.id).second) return ok();
        return refused(
            entry.path, "is there twice", "Mend the commit that `git fsck` complains of."
        );
    }
    if (entry.size > limits_.file) return too_large(entry.path, entry.size, limits_.file);
    bytes_ += entry.size;
    if (bytes_ > limits_.bytes) {
        return Error{
            Code::refused,
            fmt::format("the repository's files have more than {} bytes together", limits_.bytes),
            "Split the repository, or raise the limit in the configuration."
        };
    }
    entries_.push_back(
        {.path = entry.path,
         .type = type_of(entry.kind),
         .object = entry.id.text(),
         .size = entry.size}
    );
    return ok();
}

const FileEntry* Tree::find(std::string_view path) const
{
    const auto found = std::ranges::lower_bound(entries_, path, {}, &FileEntry::path);
    return found != entries_.end() && found->path == path ? &*found : nullptr;
}

/// Says what stands in the way of `path`: a link or a file in the middle, or nothing at all.
Error Tree::missing(std::string_view path) const
{
    if (is_folder(path))
        return {
            Code::not_found, fmt::format("'{}' in the repository is a folder", display(path)), ""
        };
    for (auto above = parent(path); !above.empty(); above = parent(above)) {
        const FileEntry* entry = find(above);
        if (!entry) continue;
        if (entry->type == FileEntry::Type::link)
            return refused(
                above, "is a symbolic link, which is not followed", "Give the path it leads to."
            );
        if (entry->type == FileEntry::Type::submodule)
            return refused(
                above, "is a submodule, which is not fetched", "Copy what you need of it."
            );
    }
    return {Code::not_found, fmt::format("the repository has no '{}'", display(path)), ""};
}

Task<Result<std::string>> Tree::read(std::string path, std::uint64_t cap)
{
    const FileEntry* entry = find(path);
    if (!entry) co_return missing(path);
    if (entry->type == FileEntry::Type::link)
        co_return refused(
            path, "is a symbolic link, which is not followed", "Give the path it leads to."
        );
    if (entry->type == FileEntry::Type::submodule)
        co_return refused(
            path, "is a submodule, which is not fetched", "Copy what you need of it."
        );
    if (entry->size > cap) co_return too_large(path, entry->size, cap);
    co_return co_await content(*entry);
}

Task<Result<std::string>> Tree::content(FileEntry entry)
{
    const auto id = git::ObjectId::parse(entry.object);
    if (!id) co_return id.error();
    auto text = co_await mirror_.read(*id, entry.size, limits_.time, stop_);
    if (!text) co_return unreadable(text.error(), entry);
    co_return text;
}

/// git knew the object when the tree was listed: if it is gone or garbled now, the mirror is
/// broken.
Error Tree::unreadable(const Error& error, const FileEntry& entry) const
{
    if (error.code == Code::unavailable) mirror_.doubt();
    return error.during("read " + display(entry.path));
}

Task<Result<>> Tree::stream(std::vector<FileEntry> wanted, Visit visit)
{
    std::vector<git::ObjectId> ids;
    for (const FileEntry& entry : wanted) {
        if (entry.type == FileEntry::Type::submodule) continue;
        const auto id = git::ObjectId::parse(entry.object);
        if (!id) co_return id.error();
        ids.push_back(*id);
    }
    auto blobs = mirror_.stream(ids, limits_.stream_time, stop_);
    if (!blobs) co_return blobs.error();
    std::deque<git::BlobStream::Piece> pieces;
    for (const FileEntry& entry : wanted) {
        git::BlobStream::Piece piece;
        do {
            if (entry.type != FileEntry::Type::submodule) {
                const auto next = co_await next_piece(*blobs, pieces);
                if (!next) co_return unreadable(next.error(), entry);
                piece = std::move(pieces.front());
                pieces.pop_front();
            }
            const auto visited = co_await visit(entry, piece.bytes, piece.last);
            if (!visited) co_return visited.error();
        } while (!piece.last);
    }
    co_return ok();
}

Task<Result<>> Tree::next_piece(git::BlobStream& blobs, std::deque<git::BlobStream::Piece>& pieces)
{
    if (!pieces.empty()) co_return ok();
    auto more = co_await blobs.next();
    if (!more) co_return more.error();
    if (more->empty())
        co_return Error{Code::unavailable, "git gave fewer contents than asked for", ""};
    std::ranges::move(*more, std::back_inserter(pieces));
    co_return ok();
}

Result<git::ObjectId> Tree::subtree_hash(std::string_view folder) const
{
    const auto found = folders_.find(folder);
    if (found != folders_.end()) return found->second;
    if (find(folder))
        return Error{
            Code::not_found, fmt::format("'{}' in the repository is no folder", display(folder)), ""
        };
    return missing(folder);
}

Task<Result<std::string>> Tree::resolve_link(std::string path)
{
    if (path.starts_with('/')) co_return leads_out(path);
    std::deque<std::string> left;
    for (const auto part : split(path, '/'))
        left.emplace_back(part);
    std::string here;
    int links = 0;
    while (!left.empty()) {
        const std::string part = std::move(left.front());
        left.pop_front();
        if (part.empty() || part == ".") continue;
        if (!is_folder(here)) co_return missing(joined(here, part));
        if (part == "..") {
            if (here.empty()) co_return leads_out(path);
            here = parent(here);
            continue;
        }
        const std::string next = joined(here, part);
        const FileEntry* entry = find(next);
        if (!entry && !is_folder(next)) co_return missing(next);
        if (!entry || entry->type != FileEntry::Type::link) {
            here = next;
            continue;
        }
        if (++links > most_links || entry->size > limits_.path)
            co_return refused(
                path, "is a symbolic link that leads nowhere", "Give the path it leads to."
            );
        const auto target = co_await content(*entry);
        if (!target) co_return target.error();
        if (target->starts_with('/')) co_return leads_out(next);
        const auto parts = split(*target, '/');
        left.insert(left.begin(), parts.begin(), parts.end());
    }
    co_return here;
}

Task<Result<std::vector<std::string>>> Tree::notes()
{
    std::vector<std::string> found;
    std::vector<std::string> submodules;
    for (const FileEntry& entry : entries_) {
        if (entry.type == FileEntry::Type::submodule) submodules.push_back(entry.path);
    }
    if (!submodules.empty())
        found.push_back(counted("submodules stay empty, they are not fetched", submodules));
    const auto pointers = co_await large_file_pointers();
    if (!pointers) co_return pointers.error();
    if (!pointers->empty())
        found.push_back(counted("files hold only a Git LFS pointer, not their content", *pointers));
    co_return found;
}

Task<Result<std::vector<std::string>>> Tree::large_file_pointers()
{
    // A pointer has about 130 bytes (git-lfs, "The Pointer"); asking only where LFS is switched on
    // keeps this from reading every small file of every commit.
    constexpr std::uint64_t least = 100;
    constexpr std::uint64_t most = 1024;
    std::vector<std::string> pointers;
    bool used = false;
    std::vector<FileEntry> candidates;
    for (const FileEntry& entry : entries_) {
        if (entry.type != FileEntry::Type::file) continue;
        if (entry.size >= least && entry.size < most) candidates.push_back(entry);
        const bool attributes =
            entry.path == ".gitattributes" || entry.path.ends_with("/.gitattributes");
        if (used || !attributes || entry.size > (1U << 20)) continue;
        const auto text = co_await content(entry);
        if (!text) co_return text.error();
        used = text->contains("filter=lfs");
    }
    if (!used) co_return pointers;
    const auto visit = [&](const FileEntry& entry, std::string_view piece, bool) -> Task<Result<>> {
        return note_pointer(pointers, entry, piece);
    };
    const auto read = co_await stream(std::move(candidates), visit);
    if (!read) co_return read.error();
    co_return pointers;
}

Task<Result<>> Tree::note_pointer(
    std::vector<std::string>& pointers, const FileEntry& entry, std::string_view piece
)
{
    if (piece.starts_with("version https://git-lfs.github.com/spec/"))
        pointers.push_back(entry.path);
    co_return ok();
}

}  // namespace diorama
