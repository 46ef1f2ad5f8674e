#include "git/object.hpp"

#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace diorama::git {

namespace {

constexpr std::size_t id_digits = 40;
constexpr std::size_t longest_words = 1000;  // Of a subject or a name; nobody means more by them.

Error garbled(std::string_view what)
{
    return {Code::unavailable, fmt::format("git printed {} that cannot be read", what), ""};
}

/// Takes what stands before `separator` off the front of `text`, and the separator too.
std::string_view take_until(std::string_view& text, char separator)
{
    const auto end = std::min(text.find(separator), text.size());
    const auto taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

std::optional<Kind> kind_of(std::string_view mode)
{
    if (mode == "100644" || mode == "100664") return Kind::file;  // The latter in old repositories.
    if (mode == "100755") return Kind::executable;
    if (mode == "120000") return Kind::symlink;
    if (mode == "040000") return Kind::folder;
    if (mode == "160000") return Kind::submodule;
    return std::nullopt;
}

/// "Ada Lovelace <ada@example> 1732154400 +0100"
void read_person(std::string_view line, std::string* name, Instant* time)
{
    const auto mail = line.find(" <");
    if (name) *name = clean_utf8(line.substr(0, std::min(mail, longest_words)));
    const auto after = line.rfind("> ");
    if (!time || after == std::string_view::npos) return;
    const auto digits = line.substr(after + 2);
    std::int64_t seconds_since = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seconds_since);
    // A clock far outside of ours is a lie that later arithmetic would trip over.
    constexpr std::int64_t year_9999 = 253'402'300'799;
    if (read.ec == std::errc() && seconds_since >= 0 && seconds_since <= year_9999)
        *time = Instant{seconds{seconds_since}};
}

Result<TreeEntry> parse_entry(std::string_view line)
{
    TreeEntry entry;
    const auto kind = kind_of(take_until(line, ' '));
    take_until(line, ' ');  // The type, which the mode says already.
    const auto id = ObjectId::parse(take_until(line, ' '));
    auto size = take_until(line, '\t');
    if (!kind || !id || line.empty()) return garbled("a line of a tree");
    size.remove_prefix(std::min(size.find_first_not_of(' '), size.size()));
    if (size != "-") {
        const auto read = std::from_chars(size.data(), size.data() + size.size(), entry.size);
        if (read.ec != std::errc()) return garbled("a size in a tree");
    }
    entry.path = line;
    entry.kind = *kind;
    entry.id = *id;
    return entry;
}

}  // namespace

Result<ObjectId> ObjectId::parse(std::string_view text)
{
    const auto is_hex = [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    if (text.size() != id_digits || !std::ranges::all_of(text, is_hex)) {
        return Error{
            Code::invalid,
            "a commit is named by 40 hexadecimal digits",
            "Give all digits, as `git rev-parse` prints them."
        };
    }
    ObjectId id;
    for (const char c : text)
        id.text_.push_back(c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c);
    return id;
}

Result<Commit> parse_commit(const ObjectId& id, std::string_view raw)
{
    Commit commit{.id = id};
    while (!raw.empty() && raw.front() != '\n') {
        auto line = take_until(raw, '\n');
        const auto key = take_until(line, ' ');
        if (key == "tree") {
            const auto tree = ObjectId::parse(line);
            if (!tree) return garbled("a commit");
            commit.tree = *tree;
        } else if (key == "author") {
            read_person(line, &commit.author, nullptr);
        } else if (key == "committer") {
            read_person(line, nullptr, &commit.time);
        }
    }
    if (commit.tree.empty()) return garbled("a commit");
    const auto start = raw.find_first_not_of('\n');
    if (start != std::string_view::npos) {
        raw.remove_prefix(start);
        commit.subject = clean_utf8(take_until(raw, '\n').substr(0, longest_words));
    }
    return commit;
}

Result<std::vector<TreeEntry>> parse_tree(std::string_view listing)
{
    std::vector<TreeEntry> entries;
    while (!listing.empty()) {
        auto entry = parse_entry(take_until(listing, '\0'));
        if (!entry) return entry.error();
        entries.push_back(std::move(*entry));
    }
    return entries;
}

}  // namespace diorama::git
