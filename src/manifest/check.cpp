#include "manifest/check.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <algorithm>
#include <vector>

namespace diorama::manifest {

namespace {

std::string mend_unknown(std::string_view wrong, Scope scope)
{
    std::vector<std::string_view> names;
    for (const Key& key : keys()) {
        if (key.in == scope) names.push_back(key.name);
    }
    const auto meant = nearest(wrong, names);
    if (meant) return fmt::format("Did you mean {}?", *meant);
    const bool ours = scope == Scope::diorama || scope == Scope::diorama_service;
    return ours ? "Remove it." : "Remove it, or begin its name with x-.";
}

/// True when the value asks for nothing: empty, or one of the words the table allows.
bool is_harmless(const Node& value, std::string_view words)
{
    if (const auto* map = value.map()) return map->empty();
    if (const auto* list = value.list())
        return std::ranges::all_of(*list, [&](const Node& each) {
            return is_harmless(each, words);
        });
    const std::string text = value.scalar_text().value_or("");
    if (value.is_null() || text.empty()) return true;
    const auto allowed = split(words, '|');
    return std::ranges::find(allowed, std::string_view(text)) != allowed.end();
}

void check_below(const Node& value, const Key& key, Findings& findings)
{
    if (key.scope == Scope::none) return;
    if (key.below == Below::one) return check_keys(value, key.scope, findings);
    if (const auto* list = value.list()) {
        for (const Node& each : *list)
            check_keys(each, key.scope, findings);
    } else if (const auto* map = value.map()) {
        for (const Node::Entry& each : *map)
            check_keys(each.value, key.scope, findings);
    }
}

void check_entry(const Node::Entry& entry, Scope scope, Findings& findings)
{
    const Key* key = find_key(scope, entry.key);
    if (!key) {
        if (entry.key.starts_with("x-") && entry.key != "x-diorama") return;
        return findings.wrong(
            entry.at,
            fmt::format("{} is unknown here", display(entry.key)),
            mend_unknown(entry.key, scope)
        );
    }
    switch (key->use) {
        case Use::used: return check_below(entry.value, *key, findings);
        case Use::ignored:
            return findings.note(entry.at, fmt::format("{} is ignored: {}", key->name, key->text));
        case Use::refused:
            if (!is_harmless(entry.value, key->harmless))
                findings.refused(
                    entry.at, fmt::format("{} is not allowed", key->name), std::string(key->text)
                );
    }
}

}  // namespace

void check_keys(const Node& map, Scope scope, Findings& findings)
{
    if (!map.map()) return;  // What the reader expects it says itself.
    for (const Node::Entry& entry : *map.map())
        check_entry(entry, scope, findings);
}

}  // namespace diorama::manifest
