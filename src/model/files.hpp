#pragma once

#include "base/error.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// The next piece of a long text, nothing at its end. Pulled, so that whoever reads sets the pace.
using Chunks = std::function<Task<Result<std::optional<std::string>>>()>;

/// A path of a commit's tree, as git records it.
struct FileEntry {
    enum class Type { file, executable, link, submodule };

    std::string path;  ///< Relative, '/' between parts, never "..", never ".git".
    Type type = Type::file;
    std::string object;      ///< git's id of the content: equal ids, equal content.
    std::uint64_t size = 0;  ///< Bytes; for a link the length of its target.

    friend bool operator==(const FileEntry&, const FileEntry&) = default;
};

/// The files of one commit, read as hostile: nothing is ever checked out and no link is followed.
///
/// The source room answers from git's object store; the manifest and build rooms read through
/// this door and know nothing of git. Its fake is `files_fake.hpp`.
class Files {
public:
    virtual ~Files() = default;

    /// Every file there is, sorted by path (bytewise). Within the limits of the source.
    virtual const std::vector<FileEntry>& entries() const = 0;

    /// Content of the file at `path`, at most `cap` bytes. `not_found` when there is none or it is
    /// a folder; `refused` for a link, a submodule, or a file over the cap.
    virtual Task<Result<std::string>> read(std::string path, std::uint64_t cap) = 0;

    /// Gives the content of each of `wanted`, in order, piece by piece, without holding a file in
    /// memory; a link's content is its target. An error `visit` answers ends it.
    using Visit =
        std::function<Task<Result<>>(const FileEntry&, std::string_view piece, bool last)>;
    virtual Task<Result<>> stream(std::vector<FileEntry> wanted, Visit visit) = 0;
};

}  // namespace diorama
