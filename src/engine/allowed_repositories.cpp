#include "engine/allowed_repositories.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::string_view local_scheme = "file://";

std::string_view without_end(std::string_view text)
{
    while (text.size() > 1 && text.ends_with('/'))
        text.remove_suffix(1);
    if (text.ends_with(".git")) text.remove_suffix(4);
    return text;
}

/// `https://Host/owner/name.git`, `ssh://git@host/owner/name` and `git@host:owner/name` are all
/// `host/owner/name`; a path stays a path.
std::string plain(std::string_view location)
{
    if (location.starts_with(local_scheme)) location.remove_prefix(local_scheme.size());
    if (location.starts_with('/')) return std::string(without_end(location));
    std::string text = lower(without_end(location));
    const auto scheme = text.find("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = text.substr(0, text.find('/', start)).rfind('@');
    if (scheme == std::string::npos && at != std::string::npos) {
        // The short form of ssh has a colon where the others have the path's first slash.
        const auto colon = text.find(':', at);
        if (colon != std::string::npos) text[colon] = '/';
    }
    return text.substr(at == std::string::npos ? start : at + 1);
}

}  // namespace

Result<std::string> repository_entry(std::string_view text)
{
    std::string entry = plain(text);
    const auto first = entry.substr(0, entry.find('/'));
    // Owners on github.com have no dots; hosts, but for localhost with a port, have.
    const bool owner = !first.empty() && first.find_first_of(".:") == std::string::npos &&
                       text.find("://") == std::string_view::npos &&
                       text.find('@') == std::string_view::npos;
    if (owner && std::ranges::count(entry, '/') == 1) entry = "github.com/" + entry;
    const auto star = entry.find('*');
    const bool star_is_last =
        star == std::string::npos || (star + 1 == entry.size() && entry.ends_with("/*"));
    const bool whole = entry.find('/') != std::string::npos && !entry.ends_with('/') &&
                       entry.find("//") == std::string::npos &&
                       entry.find_first_of(" \t") == std::string::npos;
    if (whole && star_is_last && (!owner || entry.starts_with("github.com/"))) return entry;
    return Error{
        Code::invalid,
        fmt::format("'{}' names no repository", text.substr(0, 100)),
        "Write owner/name, git.example.com/owner/name, a location, or one of them with '*' as "
        "its last part."
    };
}

bool repository_allowed(std::span<const std::string> entries, std::string_view location)
{
    if (entries.empty()) return true;
    const std::string wanted = plain(location);
    return std::ranges::any_of(entries, [&](std::string_view entry) {
        if (!entry.ends_with("/*")) return wanted == entry;
        entry.remove_suffix(1);
        return wanted.size() > entry.size() && wanted.starts_with(entry);
    });
}

}  // namespace diorama
