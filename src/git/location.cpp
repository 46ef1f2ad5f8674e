#include "git/location.hpp"

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace diorama::git {

namespace {

constexpr std::size_t longest = 2048;

/// The address for a message, without whatever might be a password.
std::string shown(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return display(text);
    return "…" + display(text.substr(at));
}

bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters, digits and `others`, not beginning with '-', not empty.
bool is_word(std::string_view text, std::string_view others)
{
    const auto fits = [&](char c) { return is_alphanumeric(c) || others.contains(c); };
    return !text.empty() && !text.starts_with('-') && std::ranges::all_of(text, fits);
}

bool is_host(std::string_view host)
{
    if (host.starts_with('[') && host.ends_with(']')) {
        const auto inner = host.substr(1, host.size() - 2);
        const auto fits = [](char c) { return std::string_view("0123456789abcdef:.").contains(c); };
        return inner.contains(':') && std::ranges::all_of(inner, fits);
    }
    return host.size() <= 253 && !host.contains("..") && is_word(host, ".-_");
}

std::uint16_t default_port(Scheme scheme)
{
    switch (scheme) {
        case Scheme::https: return 443;
        case Scheme::http: return 80;
        case Scheme::ssh: return 22;
        case Scheme::git: return 9418;
        case Scheme::file: return 0;
    }
    std::abort();
}

std::optional<Scheme> scheme_named(std::string_view text)
{
    for (const Scheme scheme :
         {Scheme::https, Scheme::http, Scheme::ssh, Scheme::git, Scheme::file}) {
        if (text == name(scheme)) return scheme;
    }
    return std::nullopt;
}

std::string_view without_suffix(std::string_view text)
{
    constexpr std::string_view suffix = ".git";
    if (text.ends_with(suffix) && text.size() > suffix.size() && !text.ends_with("/.git"))
        text.remove_suffix(suffix.size());
    return text;
}

std::optional<unsigned char> hex_pair(std::string_view digits)
{
    unsigned value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + digits.size()) return std::nullopt;
    return static_cast<unsigned char>(value);
}

/// Percent signs may stand for a space or a letter, not for what the rules below look for.
bool is_decently_escaped(std::string_view path)
{
    for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1)) {
        const auto byte = hex_pair(path.substr(at + 1, 2));
        if (!byte || *byte < 0x20 || *byte == 0x7f) return false;
        if (std::string_view("/\\.-%").contains(static_cast<char>(*byte))) return false;
    }
    return true;
}

}  // namespace

std::string_view name(Scheme scheme)
{
    switch (scheme) {
        case Scheme::https: return "https";
        case Scheme::http: return "http";
        case Scheme::ssh: return "ssh";
        case Scheme::git: return "git";
        case Scheme::file: return "file";
    }
    std::abort();
}

/// Reads one address, part by part, from the left.
struct Location::Reader {
    std::string_view text;
    const AllowedLocations& allowed;
    Location found;
    std::string user;

    Error
    bad(std::string_view why, std::string mend = "Give it as https://host/owner/name.git.") const
    {
        return {
            Code::invalid,
            fmt::format("the repository address '{}' cannot be used: {}", shown(text), why),
            std::move(mend)
        };
    }

    Error forbidden(std::string_view why, std::string mend) const
    {
        return {
            Code::refused,
            fmt::format("the repository address '{}' is refused: {}", shown(text), why),
            std::move(mend)
        };
    }

    Result<> read();
    Result<> read_url(std::string_view scheme, std::string_view rest);
    Result<> read_short(std::string_view host, std::string_view path);
    Result<> read_local(std::string_view path);
    Result<> read_user(std::string_view given);
    Result<> read_host(std::string_view given, std::string* port);
    Result<> read_path(std::string_view given);
    Result<> check_parts(std::string_view path) const;
    Result<> check_scheme() const;
};

Result<> Location::Reader::read()
{
    if (text.empty()) return bad("it is empty");
    if (text.size() > longest) return bad("it is longer than 2048 bytes");
    if (text.starts_with('-')) return bad("it begins with '-'");
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, is_control) || !is_utf8(text))
        return bad("it contains a control character or is not UTF-8");
    if (text.starts_with('/')) return read_local(text);

    const auto scheme_end = text.find("://");
    if (scheme_end != std::string_view::npos && is_word(text.substr(0, scheme_end), "+"))
        return read_url(text.substr(0, scheme_end), text.substr(scheme_end + 3));
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.find('/') < colon)
        return bad("it is neither an address nor an absolute path");
    if (text.substr(colon).starts_with("::"))
        return forbidden("remote helpers run programs", "Use an https or ssh address.");
    return read_short(text.substr(0, colon), text.substr(colon + 1));
}

Result<> Location::Reader::read_url(std::string_view scheme, std::string_view rest)
{
    const auto known = scheme_named(lower(scheme));
    if (!known) return bad("only https, ssh and, where allowed, http, git and file are spoken");
    found.scheme_ = *known;
    if (*known == Scheme::file) {
        if (!rest.starts_with('/')) return bad("a file address names no host");
        if (rest.contains('%')) return bad("a local path is written plainly, without %");
        return read_local(rest);
    }
    if (const auto checked = check_scheme(); !checked) return checked;

    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return bad("it names no repository on that host");
    auto authority = rest.substr(0, slash);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        if (const auto user_read = read_user(authority.substr(0, at)); !user_read) return user_read;
        authority.remove_prefix(at + 1);
    }
    std::string port;
    if (const auto host = read_host(authority, &port); !host) return host;
    if (const auto path = read_path(rest.substr(slash)); !path) return path;
    found.text_ =
        fmt::format("{}://{}{}{}{}", git::name(*known), user, found.host_, port, found.path_);
    return ok();
}

Result<> Location::Reader::read_short(std::string_view host, std::string_view path)
{
    found.scheme_ = Scheme::ssh;
    if (const auto at = host.rfind('@'); at != std::string_view::npos) {
        if (const auto user_read = read_user(host.substr(0, at)); !user_read) return user_read;
        host.remove_prefix(at + 1);
    }
    if (const auto read = read_host(host, nullptr); !read) return read;
    if (const auto read = read_path(path); !read) return read;
    const bool absolute = found.path_.starts_with('/');
    found.text_ = fmt::format(
        "{}{}{}{}{}", absolute ? "ssh://" : "", user, found.host_, absolute ? "" : ":", found.path_
    );
    return ok();
}

Result<> Location::Reader::read_local(std::string_view path)
{
    found.scheme_ = Scheme::file;
    if (!allowed.local) {
        return forbidden(
            "repositories on the daemon's own disk are not allowed here",
            "Set repositories.local = true (DIORAMA_REPOSITORIES_LOCAL=true) for the daemon, or "
            "give an "
            "https or ssh address."
        );
    }
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    if (const auto checked = check_parts(path.substr(1)); !checked) return checked;
    found.path_ = path;
    found.text_ = path;
    return ok();
}

Result<> Location::Reader::read_user(std::string_view given)
{
    if (found.scheme_ != Scheme::ssh || given.contains(':')) {
        return forbidden(
            "credentials do not belong in an address",
            "Take them out and put them into the configuration."
        );
    }
    if (!is_word(given, "._-+")) return bad("the user name in it is malformed");
    user = fmt::format("{}@", given);
    return ok();
}

Result<> Location::Reader::read_host(std::string_view given, std::string* port)
{
    const auto colon = given.ends_with(']') ? std::string_view::npos : given.rfind(':');
    if (port && colon != std::string_view::npos) {
        const auto digits = given.substr(colon + 1);
        std::uint16_t number = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || number == 0)
            return bad("its port is no number from 1 to 65535");
        if (number != default_port(found.scheme_)) *port = fmt::format(":{}", number);
        given = given.substr(0, colon);
    }
    found.host_ = lower(given);
    if (!is_host(found.host_)) return bad("its host is malformed");
    return ok();
}

Result<> Location::Reader::read_path(std::string_view given)
{
    while (given.ends_with('/'))
        given.remove_suffix(1);
    const auto fits = [](char c) {
        return is_alphanumeric(c) || std::string_view("/._~+-@%=,").contains(c);
    };
    if (!std::ranges::all_of(given, fits) || !is_decently_escaped(given))
        return bad("its path contains a character that repository addresses do not have");
    const auto relative = given.starts_with('/') ? given.substr(1) : given;
    if (const auto checked = check_parts(relative); !checked) return checked;
    found.path_ = given;
    return ok();
}

Result<> Location::Reader::check_parts(std::string_view path) const
{
    if (path == ".git") return bad("it gives the repository no name");
    for (const auto part : split(path, '/')) {
        if (part.empty() || part == "." || part == "..")
            return bad("its path has an empty part, '.' or '..'");
        if (part.starts_with('-')) return bad("a part of its path begins with '-'");
    }
    return ok();
}

Result<> Location::Reader::check_scheme() const
{
    const bool open = (found.scheme_ != Scheme::http || allowed.plain_http) &&
                      (found.scheme_ != Scheme::git || allowed.git);
    if (open) return ok();
    return forbidden(
        fmt::format("{}:// proves nothing about who answers", git::name(found.scheme_)),
        "Use https or ssh, or allow it in the configuration."
    );
}

Result<Location> Location::parse(std::string_view text, const AllowedLocations& allowed)
{
    Reader reader{text, allowed, {}, {}};
    const auto read = reader.read();
    if (!read) return read.error();
    return std::move(reader.found);
}

std::string Location::name() const
{
    auto parts = split(path_, '/');
    if (parts.size() > 1 && parts.back() == ".git") parts.pop_back();
    return std::string(without_suffix(parts.back()));
}

std::string Location::owner() const
{
    auto parts = split(path_, '/');
    if (parts.size() > 1 && parts.back() == ".git") parts.pop_back();
    return parts.size() > 1 ? std::string(parts[parts.size() - 2]) : std::string();
}

std::string Location::id() const
{
    return sha256(without_suffix(text_)).substr(0, 32);
}

}  // namespace diorama::git
