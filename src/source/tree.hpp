#pragma once

#include "git/mirror.hpp"
#include "model/files.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// How much of a repository we are willing to look at.
struct TreeLimits {
    std::size_t entries = 100'000;           ///< Files, links, submodules and folders.
    std::uint64_t bytes = 4ULL << 30;        ///< All files together, as the tree names them.
    std::uint64_t file = 1ULL << 30;         ///< One file.
    std::size_t path = 1024;                 ///< Bytes of a path.
    std::size_t depth = 64;                  ///< Parts of a path.
    milliseconds time = minutes{2};          ///< For one listing or read.
    milliseconds stream_time = minutes{15};  ///< For all of a stream, at the pace of who takes it.
};

/// `path` as seen from `folder`, with '.' and '..' taken out; "" is the root. Refused when it
/// leads out of the tree or is absolute: no look at any disk is needed to say so.
Result<std::string> path_within(std::string_view folder, std::string_view path);

/// What one commit holds, read as if its author wished us ill.
///
/// It is never checked out, so no filter, hook, attribute or LFS helper of the repository runs, no
/// link can lead anywhere, and names that differ only in case do not meet. A tree with a path that
/// no honest repository has ('..', '.git', a name twice) is refused whole.
class Tree final : public Files {
public:
    /// A root tree and all below it, folders too, as `Mirror::list` gives them.
    struct Listing {
        git::ObjectId root;
        std::vector<git::TreeEntry> entries;
    };

    /// Refuses with the path and the limit it breaks. Reading ends with `cancelled` once `stop` is
    /// asked.
    static Result<std::unique_ptr<Tree>> make(
        git::Mirror mirror,
        const Listing& listing,
        const TreeLimits& limits,
        std::stop_token stop = {}
    );

    const std::vector<FileEntry>& entries() const override { return entries_; }
    Task<Result<std::string>> read(std::string path, std::uint64_t cap) override;
    /// A submodule's content is empty.
    Task<Result<>> stream(std::vector<FileEntry> wanted, Visit visit) override;

    /// The entry at exactly `path`; null when there is none, or a folder.
    const FileEntry* find(std::string_view path) const;
    bool is_folder(std::string_view path) const { return folders_.contains(path); }

    /// git's hash of all that is below `folder`, "" for the root: the same hash, the same content.
    Result<git::ObjectId> subtree_hash(std::string_view folder) const;

    /// Where `path` leads when links are followed, all of them staying inside this tree: the path
    /// of a file, a submodule or a folder. `refused` for a link that leads out or round in circles.
    Task<Result<std::string>> resolve_link(std::string path);

    /// What a person should know: submodules, which stay empty, and files of which only LFS has
    /// the content.
    Task<Result<std::vector<std::string>>> notes();

private:
    Tree(git::Mirror mirror, TreeLimits limits, std::stop_token stop)
        : mirror_(std::move(mirror)),
          limits_(limits),
          stop_(std::move(stop))
    {}
    Result<> add(const git::TreeEntry& entry);
    Error missing(std::string_view path) const;
    Error unreadable(const Error& error, const FileEntry& entry) const;
    Task<Result<std::string>> content(FileEntry entry);
    Task<Result<>> next_piece(git::BlobStream& blobs, std::deque<git::BlobStream::Piece>& pieces);
    Task<Result<std::vector<std::string>>> large_file_pointers();
    static Task<Result<>> note_pointer(
        std::vector<std::string>& pointers, const FileEntry& entry, std::string_view piece
    );

    git::Mirror mirror_;
    TreeLimits limits_;
    std::stop_token stop_;
    std::vector<FileEntry> entries_;
    std::map<std::string, git::ObjectId, std::less<>> folders_;
    std::uint64_t bytes_ = 0;
};

}  // namespace diorama
