#include "logs/shapes.hpp"

#include "base/text.hpp"
#include "logs/patterns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace diorama {

namespace {

/// Something that begins like a key and never ends is none: the log goes on.
constexpr std::size_t longest_key = 200;

constexpr std::string_view key_marker = "[secret private key]";

bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A part of a line and what it is.
struct Found {
    std::size_t begin = 0, end = 0;
    std::string_view what;
};

/// Where the run of letters, digits and `more` that starts at `at` ends.
std::size_t run_end(std::string_view line, std::size_t at, std::string_view more)
{
    while (at < line.size() && (is_alphanumeric(line[at]) || more.find(line[at]) != line.npos))
        ++at;
    return at;
}

/// A token known by its prefix.
struct Prefix {
    std::string_view text;
    std::size_t least = 0;  ///< Characters that must follow.
    std::string_view more;  ///< Characters of the token besides letters and digits.
    std::string_view what;
    std::size_t most = 1000;
};

constexpr auto prefixes = std::to_array<Prefix>({
    {"ghp_", 30, "", "GitHub token"},
    {"gho_", 30, "", "GitHub token"},
    {"ghu_", 30, "", "GitHub token"},
    {"ghs_", 30, "._-", "GitHub token"},
    {"ghr_", 30, "", "GitHub token"},
    {"github_pat_", 30, "_", "GitHub token"},
    {"glpat-", 20, "_-.", "GitLab token"},
    {"gldt-", 20, "_-", "GitLab token"},
    {"glrt-", 20, "_-.", "GitLab token"},
    {"AKIA", 16, "", "AWS key", 16},
    {"ASIA", 16, "", "AWS key", 16},
    {"AIza", 35, "_-", "Google key", 35},
    {"xoxb-", 10, "-", "Slack token"},
    {"xoxp-", 10, "-", "Slack token"},
    {"xoxa-", 10, "-", "Slack token"},
    {"xoxs-", 10, "-", "Slack token"},
    {"xapp-", 10, "-", "Slack token"},
    {"sk_live_", 16, "", "Stripe key"},
    {"rk_live_", 16, "", "Stripe key"},
    {"npm_", 30, "", "npm token"},
    {"pypi-", 50, "_-", "PyPI token"},
    {"dckr_pat_", 20, "_-", "Docker token"},
    {"dop_v1_", 40, "", "DigitalOcean token"},
    {"hvs.", 20, "_-", "Vault token"},
});

std::optional<Found> token(std::string_view line, std::size_t at, const Prefix& prefix)
{
    const auto start = at + prefix.text.size();
    const auto end = run_end(line, start, prefix.more);
    const auto size = end - start;
    if (size < prefix.least || size > prefix.most) return std::nullopt;
    return Found{at, end, prefix.what};
}

/// Three parts of base64url, the first two of which begin with `{"` (RFC 7519, 3.1).
std::optional<Found> web_token(std::string_view line, std::size_t at)
{
    const auto header = run_end(line, at, "_-");
    if (!line.substr(header).starts_with(".eyJ")) return std::nullopt;
    const auto claims = run_end(line, header + 1, "_-");
    if (claims >= line.size() || line[claims] != '.') return std::nullopt;
    return Found{at, run_end(line, claims + 1, "_-"), "web token"};
}

/// The password of `scheme://user:password@host`, or a long user without one, which is a token.
std::optional<Found> userinfo(std::string_view line, std::size_t at)
{
    const auto start = line.find("://", at) + 3;
    const auto stop = std::min(line.find_first_of("/?# \t\"'`<>\\|", start), line.size());
    const auto authority = line.substr(start, stop - start);
    const auto end = authority.rfind('@');
    if (end == std::string_view::npos) return std::nullopt;
    const auto colon = authority.substr(0, end).find(':');
    constexpr std::size_t token_like = 20;
    if (colon == std::string_view::npos) {
        if (end < token_like) return std::nullopt;
        return Found{start, start + end, "password"};
    }
    if (colon + 1 == end) return std::nullopt;
    return Found{start + colon + 1, start + end, "password"};
}

/// What follows `Authorization:` in a header, an object or a map, less the name of the scheme.
std::optional<Found> credentials(std::string_view line, std::size_t at)
{
    auto start = line.find_first_not_of("\"' ", at + std::string_view("uthorization").size());
    if (start == std::string_view::npos || (line[start] != ':' && line[start] != '='))
        return std::nullopt;
    start = line.find_first_not_of("\"'[ \\", start + 1);
    if (start == std::string_view::npos) return std::nullopt;

    const auto word_end = run_end(line, start, "-");
    static constexpr auto schemes = std::to_array<std::string_view>(
        {"bearer", "basic", "token", "digest", "negotiate", "apikey", "aws4-hmac-sha256", "key"}
    );
    const auto scheme = lower(line.substr(start, word_end - start));
    const bool known = std::ranges::find(schemes, scheme) != schemes.end();
    if (known) start = line.find_first_not_of(' ', word_end);
    if (start == std::string_view::npos || line.substr(start).starts_with("[secret"))
        return std::nullopt;

    const bool listed = scheme == "digest" || scheme.starts_with("aws4");
    const auto end = std::min(line.find_first_of(listed ? "\n" : "\"' \t],\\", start), line.size());
    // Without a scheme, `Authorization: required` is a sentence.
    constexpr std::size_t token_like = 16;
    if (end - start < (known ? 1 : token_like)) return std::nullopt;
    return Found{start, end, "credentials"};
}

std::optional<Found> bearer(std::string_view line, std::size_t at)
{
    const auto start = at + std::string_view("earer ").size();
    const auto end = run_end(line, start, "._~+/=-");
    constexpr std::size_t token_like = 20;
    if (end - start < token_like) return std::nullopt;
    return Found{start, end, "credentials"};
}

/// A private key from its frame to the end of the frame, or of the line.
std::optional<Found> private_key(std::string_view line, std::size_t at)
{
    const auto title = at + std::string_view("-----BEGIN ").size();
    const auto title_end = line.find("-----", std::min(title, line.size()));
    if (title_end == std::string_view::npos) return std::nullopt;
    if (line.substr(title, title_end - title).find("PRIVATE KEY") == std::string_view::npos)
        return std::nullopt;
    const auto last = line.find("-----END", title_end);
    if (last == std::string_view::npos) return Found{at, line.size(), "private key"};
    const auto dashes = line.find("-----", last + 8);
    return Found{at, dashes == std::string_view::npos ? line.size() : dashes + 5, "private key"};
}

/// A token's prefix is one only at the start of a word.
bool starts_word(std::string_view line, std::size_t at, char before)
{
    const char previous = at == 0 ? before : line[at - 1];
    return !is_alphanumeric(previous) && previous != '_';
}

std::optional<Found> shape(std::string_view line, std::size_t at, char before)
{
    const auto rest = line.substr(at);
    if (rest.starts_with("-----BEGIN")) return private_key(line, at);
    if (rest.substr(1).starts_with("://")) return userinfo(line, at);
    if (lower(rest.substr(0, 12)) == "uthorization") return credentials(line, at);
    if (rest.starts_with("earer ")) return bearer(line, at);
    if (!starts_word(line, at, before)) return std::nullopt;
    if (rest.starts_with("eyJ")) return web_token(line, at);
    for (const Prefix& prefix : prefixes) {
        if (rest.starts_with(prefix.text)) return token(line, at, prefix);
    }
    return std::nullopt;
}

std::vector<std::string> make_triggers()
{
    std::vector<std::string> out{"-----BEGIN", "uthorization", "UTHORIZATION", "earer "};
    for (const Prefix& prefix : prefixes)
        out.emplace_back(prefix.text);
    // The fourth character of a web token depends on the first name in its header.
    for (const char c : std::string_view("hlrjwpqt06y"))
        out.push_back(fmt::format("eyJ{}", c));
    for (int c = 0; c < 128; ++c)
        if (is_alphanumeric(static_cast<char>(c)))
            out.push_back(fmt::format("{}://", static_cast<char>(c)));
    return out;
}

}  // namespace

const std::vector<std::string>& Shapes::triggers()
{
    static const auto all = make_triggers();
    return all;
}

std::string Shapes::clean_key(std::string_view line)
{
    const auto last = line.find("-----END");
    if (last == std::string_view::npos) {
        key_lines_ = key_lines_ < longest_key ? key_lines_ + 1 : 0;
        return std::string(key_marker);
    }
    key_lines_ = 0;
    const auto dashes = line.find("-----", last + 8);
    const auto rest =
        dashes == std::string_view::npos ? std::string_view{} : line.substr(dashes + 5);
    return std::string(key_marker) + clean(rest, '-');
}

std::string Shapes::clean(std::string_view line, char before)
{
    if (inside()) return clean_key(line);
    static const Patterns known(triggers(), 0);
    std::vector<Patterns::Hit> hits;
    known.scan(line, 0, hits);

    std::string out;
    std::size_t done = 0;
    for (const auto& hit : hits) {
        if (hit.begin < done) continue;
        const auto found = shape(line, hit.begin, before);
        if (!found || found->begin < done) continue;
        out += line.substr(done, found->begin - done);
        out += fmt::format("[secret {}]", found->what);
        done = found->end;
        const bool open_key = found->what == "private key" && done == line.size() &&
                              line.find("-----END", found->begin) == std::string_view::npos;
        if (open_key) key_lines_ = 1;
    }
    return out.append(line.substr(done));
}

}  // namespace diorama
