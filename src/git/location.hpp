#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace diorama::git {

/// Which ways to a repository this installation allows beside https and ssh.
struct AllowedLocations {
    bool local =
        false;  ///< Absolute paths and file://, readable by the daemon: for one's own machine.
    bool plain_http = false;  ///< Neither secret nor proof of who answers.
    bool git = false;         ///< git://, likewise.
};

enum class Scheme { https, http, ssh, git, file };
std::string_view name(Scheme scheme);

/// Where a repository is, proven harmless: nothing in it can be read as an option, a helper program
/// or a second line, and it holds no secret. The only door for repository addresses from outside.
///
/// Read are https://, http://, git://, ssh://[user@]host[:port]/path, user@host:path (ssh),
/// file:///path and /path. Refused are `ext::` and every other helper, words that begin with '-',
/// credentials, queries, control characters, spaces, and '..' in the path.
class Location {
public:
    /// `invalid` for what is no address, `refused` for one that is not allowed here.
    static Result<Location> parse(std::string_view text, const AllowedLocations& allowed = {});

    /// As git wants it: scheme and host in lower case, no default port, no '/' at the end.
    const std::string& text() const { return text_; }
    Scheme scheme() const { return scheme_; }
    const std::string& host() const { return host_; }  ///< Empty for a local path.
    /// The last part of the path without ".git": what the repository is called.
    std::string name() const;
    /// The part before it, or nothing.
    std::string owner() const;
    /// 32 hex digits that name the repository in paths; the same with or without ".git".
    std::string id() const;

    friend bool operator==(const Location&, const Location&) = default;

private:
    struct Reader;

    std::string text_;
    Scheme scheme_ = Scheme::https;
    std::string host_;
    std::string path_;
};

}  // namespace diorama::git
