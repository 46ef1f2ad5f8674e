#include "hub/bare_read.hpp"

#include "base/text.hpp"

#include <charconv>

namespace diorama::hub {

namespace {

std::int64_t whole(std::string_view text)
{
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string_view status_word(char letter)
{
    switch (letter) {
        case 'A': return "added";
        case 'D': return "removed";
        case 'R': return "renamed";
        case 'C': return "copied";
        case 'M': return "modified";
        default: return "changed";
    }
}

constexpr std::string_view no_object = "0000000000000000000000000000000000000000";

}  // namespace

std::vector<CommitFacts> read_commits(std::string_view text)
{
    std::vector<CommitFacts> commits;
    for (std::string_view record : split(text, '\x01')) {
        record = trim(record);
        const auto parts = split(record, '\0');
        if (parts.size() < 7) continue;
        CommitFacts facts{.sha = std::string(parts[0]), .tree = std::string(parts[1])};
        for (const auto parent : split(parts[2], ' ')) {
            if (!parent.empty()) facts.parents.emplace_back(parent);
        }
        facts.author = parts[3];
        facts.email = parts[4];
        facts.at = Instant{seconds{whole(parts[5])}};
        facts.message = trim(parts[6]);
        commits.push_back(std::move(facts));
    }
    return commits;
}

std::vector<FileChange> read_changes(std::string_view text)
{
    std::vector<FileChange> changes;
    const auto words = split(text, '\0');
    std::size_t counted = 0;
    for (std::size_t at = 0; at < words.size() && !words[at].empty(); ++at) {
        if (words[at].starts_with(':')) {
            const auto fields = split(words[at], ' ');
            FileChange change{.status = std::string(status_word(fields[4].front()))};
            change.sha = fields[3] == no_object ? fields[2] : fields[3];
            if (change.status == "renamed" || change.status == "copied")
                change.previous = words[++at];
            change.path = words[++at];
            changes.push_back(std::move(change));
            continue;
        }
        const auto fields = split(words[at], '\t');
        if (counted >= changes.size() || fields.size() < 3) break;
        changes[counted].additions = whole(fields[0]);
        changes[counted].deletions = whole(fields[1]);
        if (!changes[counted++].previous.empty()) at += 2;  // "1\t2\t", then old and new path.
    }
    return changes;
}

}  // namespace diorama::hub
