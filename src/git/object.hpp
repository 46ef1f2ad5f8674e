#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::git {

/// The name of an object: 40 lower-case hex digits (SHA-1), proven by its type.
class ObjectId {
public:
    /// The empty id, which names nothing.
    ObjectId() = default;
    /// All 40 digits, in either case; an abbreviation is refused, because it may soon name another.
    static Result<ObjectId> parse(std::string_view text);

    const std::string& text() const { return text_; }
    /// The first 7 digits, for people.
    std::string brief() const { return text_.substr(0, 7); }
    bool empty() const { return text_.empty(); }

    friend auto operator<=>(const ObjectId&, const ObjectId&) = default;

private:
    std::string text_;
};

/// What a commit says of itself, as UTF-8, at most 1000 bytes a word. It comes from outside: show
/// it through `display`.
struct Commit {
    ObjectId id;
    ObjectId tree;
    std::string subject;  ///< The first line of the message.
    std::string author;   ///< A name, without the mail address.
    Instant time;         ///< When it was committed, as the committer's clock said.
};

/// Reads the raw text of commit `id` (gitformat-commit: headers, an empty line, the message).
Result<Commit> parse_commit(const ObjectId& id, std::string_view raw);

enum class Kind { file, executable, symlink, folder, submodule };

/// One line of a tree. Nothing about the path is checked here: `source/tree.hpp` does.
struct TreeEntry {
    std::string path;  ///< From the root of the tree.
    Kind kind = Kind::file;
    ObjectId id;
    std::uint64_t size = 0;  ///< Bytes of a file or a link.

    friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

/// Reads what `ls-tree -r -t -z -l` prints.
Result<std::vector<TreeEntry>> parse_tree(std::string_view listing);

}  // namespace diorama::git
