#include "model/naming.hpp"

#include "base/sha256.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace diorama {

namespace {

constexpr std::size_t slug_limit = 40;
constexpr std::size_t hash_digits = 8;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Runs of whatever is not a letter or digit become one dash, none at the ends. May be empty.
std::string dashed(std::string_view text)
{
    std::string out;
    for (const char raw : text) {
        const char c = ascii_lower(raw);
        if (is_letter_or_digit(c)) {
            out.push_back(c);
        } else if (!out.empty() && out.back() != '-') {
            out.push_back('-');
        }
    }
    if (out.ends_with('-')) out.pop_back();
    return out;
}

std::string short_hash(std::string_view text, std::size_t digits = hash_digits)
{
    return sha256(text).substr(0, digits);
}

/// `plain`, which is a label but for its length, within `limit`.
std::string fitted(std::string plain, std::string_view full, std::size_t limit)
{
    if (plain.size() <= limit) return plain;
    return hashed_label(plain, full, limit);
}

/// Words of different parts, told apart: `a-b`,`c` is not `a`,`b-c`.
std::string joined_exactly(std::initializer_list<std::string_view> parts)
{
    std::string out;
    for (const std::string_view part : parts)
        out += fmt::format("{}:{},", part.size(), part);
    return out;
}

std::string
scoped_name(std::string_view type, const Environment& environment, std::string_view name_in_plan)
{
    const auto full = joined_exactly({type, environment.id.text(), name_in_plan});
    const auto plain = dashed(fmt::format("diorama-{}-{}", environment.slug, name_in_plan));
    constexpr std::size_t digits = 12;
    auto head = plain.substr(0, label_limit - digits - 1);
    if (head.ends_with('-')) head.pop_back();
    return fmt::format("{}-{}", head, short_hash(full, digits));
}

void replace_all(std::string& text, std::string_view what, std::string_view with)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

}  // namespace

std::string label(std::string_view text, std::size_t limit)
{
    auto plain = dashed(text);
    if (plain.empty()) return "x-" + short_hash(text);
    return fitted(std::move(plain), text, limit);
}

std::string hashed_label(std::string_view plain, std::string_view full, std::size_t limit)
{
    auto head = std::string(plain.substr(0, limit - hash_digits - 1));
    if (head.ends_with('-')) head.pop_back();
    return fmt::format("{}-{}", head, short_hash(full));
}

std::string
unique_label(std::string_view plain, std::string_view full, const Taken& taken, std::size_t limit)
{
    if (!taken(plain)) return std::string(plain);
    // The first hash is free unless somebody searched for a text that has the same one.
    for (int attempt = 0; attempt < 64; ++attempt) {
        auto candidate = hashed_label(
            plain, attempt == 0 ? std::string(full) : fmt::format("{} {}", full, attempt), limit
        );
        if (!taken(candidate)) return candidate;
    }
    throw std::logic_error(fmt::format("every form of the name '{}' is taken", plain));
}

bool is_reserved_word(std::string_view word)
{
    static constexpr auto words = std::to_array<std::string_view>({
        "admin",  "api",    "app",     "apps",     "assets",  "auth",    "connect", "diorama",
        "docs",   "events", "favicon", "gateway",  "graphql", "health",  "live",    "localhost",
        "login",  "logout", "mail",    "metrics",  "oauth",   "openapi", "ready",   "settings",
        "static", "status", "webhook", "webhooks", "wpad",    "www",
    });
    return std::ranges::find(words, word) != words.end();
}

std::string project_slug(std::string_view owner_and_name)
{
    auto name = owner_and_name;
    if (name.ends_with(".git") && name.size() > 4) name.remove_suffix(4);
    auto slug = label(name, slug_limit);
    return is_reserved_word(slug) ? hashed_label(slug, name, slug_limit) : slug;
}

std::string scene_label(Kind kind, std::string_view key)
{
    switch (kind) {
        case Kind::pull_request: return label(fmt::format("pr-{}", key));
        case Kind::branch: return label(fmt::format("branch-{}", key));
        case Kind::commit: {
            constexpr std::size_t shown = 12;
            const bool plain = key.size() > shown && std::ranges::all_of(key, is_letter_or_digit);
            return label(fmt::format("commit-{}", plain ? key.substr(0, shown) : key));
        }
        case Kind::named: return label(key);
    }
    std::abort();
}

std::string environment_slug(std::string_view project_slug, Kind kind, std::string_view key)
{
    return fitted(
        fmt::format("{}-{}", project_slug, scene_label(kind, key)),
        joined_exactly({project_slug, name(kind), key}),
        label_limit
    );
}

std::string container_name(const Identity& who, std::string_view service, std::string_view unique)
{
    const auto plain = fmt::format("{}-{}", scene_label(who.kind, who.key), label(service));
    const auto full = joined_exactly({name(who.kind), who.key, service});
    return fmt::format("{}-{}", fitted(plain, full, label_limit - 1 - unique.size()), unique);
}

std::string network_name(const Environment& environment, std::string_view network)
{
    return scoped_name("network", environment, network);
}

std::string volume_name(const Environment& environment, std::string_view volume)
{
    return scoped_name("volume", environment, volume);
}

std::string bridge_name(EnvironmentId environment, std::string_view network)
{
    return "dio" + short_hash(joined_exactly({environment.text(), network}), 12);
}

std::string
image_name(std::string_view project_slug, std::string_view service, std::string_view key)
{
    constexpr std::size_t tag_limit = 128;
    return fmt::format(
        "diorama/{}/{}:{}", label(project_slug), label(service), label(key, tag_limit)
    );
}

std::string namespace_name(const Project& project, Kind kind, std::string_view key)
{
    constexpr std::size_t repository_limit = 20;
    const auto repository = std::string_view(project.name).substr(project.name.rfind('/') + 1);
    auto cut = label(repository).substr(0, repository_limit);
    if (cut.ends_with('-')) cut.pop_back();
    return fitted(
        fmt::format("{}-{}", scene_label(kind, key), cut),
        joined_exactly({project.name, name(kind), key}),
        label_limit
    );
}

std::string
database_name(std::string_view form, std::string_view project_slug, Kind kind, std::string_view key)
{
    std::string plain(form);
    replace_all(plain, "pr_{n}", scene_label(kind, key));
    replace_all(plain, "{n}", label(key));
    replace_all(plain, "{slug}", project_slug);
    auto out =
        fitted(dashed(plain), joined_exactly({form, project_slug, name(kind), key}), label_limit);
    std::ranges::replace(out, '-', '_');
    return out;
}

Result<> check_database_template(std::string_view form, std::size_t projects)
{
    const bool tells_scenes = form.find("{n}") != std::string_view::npos;
    const bool tells_projects = form.find("{slug}") != std::string_view::npos;
    if (tells_scenes && (tells_projects || projects < 2)) return ok();
    return Error{
        Code::invalid,
        fmt::format(
            "the database template '{}' gives two {} the same name",
            form,
            tells_scenes ? "projects' pull requests" : "pull requests"
        ),
        fmt::format("Use both {{slug}} and {{n}} in it, as in {}.", default_database_template)
    };
}

}  // namespace diorama
