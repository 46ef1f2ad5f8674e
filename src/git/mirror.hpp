#pragma once

#include "git/git.hpp"

#include <optional>

namespace diorama::git {

/// A commit, and the name it was found under.
struct Tip {
    ObjectId commit;
    std::optional<RefName> ref;  ///< None when the commit itself was asked for.

    friend bool operator==(const Tip&, const Tip&) = default;
};

/// Contents of many objects, through one `cat-file --batch`.
class BlobStream {
public:
    /// A part of one object, in the order asked for. Big objects come in several.
    struct Piece {
        std::size_t object = 0;  ///< Index into the ids asked for.
        std::uint64_t size = 0;  ///< Of the whole object.
        std::string bytes;
        bool last = true;  ///< The object is complete with this.
    };

    BlobStream(Scheduler& scheduler, std::unique_ptr<Process> process, std::size_t count)
        : scheduler_(&scheduler),
          process_(std::move(process)),
          count_(count)
    {}

    /// The next pieces, about `wanted` bytes of them in one turn; none at the end.
    Task<Result<std::vector<Piece>>> next(std::size_t wanted = 1U << 20);

private:
    Result<std::vector<Piece>> read(std::size_t wanted);
    Result<Piece> read_piece();

    Scheduler* scheduler_;
    std::unique_ptr<Process> process_;
    std::size_t count_;
    std::size_t object_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t left_ = 0;
    bool inside_ = false;
};

/// One bare repository on our disk that holds single commits, each kept by
/// refs/diorama/commits/<id>. Nothing is ever checked out of it. It takes no lock: `source` lets
/// one writer in at a time.
class Mirror {
public:
    Mirror(const Git& git, std::filesystem::path folder) : git_(&git), folder_(std::move(folder)) {}

    const std::filesystem::path& folder() const { return folder_; }

    /// Makes an empty repository where none is, and clears away what a process that died half-way
    /// left. Only for the one who writes.
    Task<Result<>> prepare(std::stop_token stop = {}) const;

    /// Says that something could not be read; `is_doubted` tells the next who writes.
    void doubt() const;
    bool is_doubted() const;

    /// Reads everything there is. False when something is broken, so that it is better made anew;
    /// true takes a doubt away.
    Task<Result<bool>> is_sound(std::stop_token stop = {}) const;

    /// True when `commit` and its root tree are here.
    Task<Result<bool>> has(ObjectId commit, std::stop_token stop = {}) const;

    /// Brings `tip.commit`, without its history, and keeps it. With `tip.ref` that is what is asked
    /// for, and `conflict` says that it points elsewhere by now.
    Task<Result<>> fetch(Remote remote, Tip tip, Limits limits, std::stop_token stop) const;

    Task<Result<Commit>> commit(ObjectId id, std::stop_token stop = {}) const;

    /// All entries below `tree`, folders before what is in them; a listing over `most` bytes is
    /// refused.
    Task<Result<std::vector<TreeEntry>>>
    list(ObjectId tree, std::uint64_t most, milliseconds time, std::stop_token stop = {}) const;

    /// The content of one blob of at most `most` bytes.
    Task<Result<std::string>>
    read(ObjectId blob, std::uint64_t most, milliseconds time, std::stop_token stop = {}) const;

    /// The contents of many, one after the other.
    Result<BlobStream>
    stream(const std::vector<ObjectId>& blobs, milliseconds time, std::stop_token stop = {}) const;

    /// Lets go of every commit but these. The room they took is freed by `compact`.
    Task<Result<>> keep_only(std::vector<ObjectId> commits, std::stop_token stop = {}) const;

    /// Writes what is kept anew and deletes the rest: work for seconds, or minutes where much is
    /// kept. Stopped half-way, it has lost nothing.
    Task<Result<>> compact(std::stop_token stop = {}) const;

    /// Bytes that its objects take on the disk, kept or not.
    Task<std::uint64_t> size() const;

private:
    Command command(std::vector<std::string> words, const Remote* remote = nullptr) const;
    Task<Result<std::string>>
    run(std::vector<std::string> words,
        CommandLimits limits,
        std::stop_token stop,
        std::string input = {}) const;

    const Git* git_;
    std::filesystem::path folder_;
};

}  // namespace diorama::git
