#include "manifest/merge.hpp"

#include <algorithm>
#include <array>

namespace diorama::manifest {

namespace {

template <std::size_t N>
bool one_of(std::string_view key, const std::array<std::string_view, N>& keys)
{
    return std::ranges::find(keys, key) != keys.end();
}

/// What makes an entry of a list the same as another: where it is mounted, else all of it.
const Node* identity(const Node& entry)
{
    if (const Node* target = entry.find("target")) return target;
    if (const Node* source = entry.find("source")) return source;
    return &entry;
}

Node merge_by_target(Node base, const Node::List& over)
{
    auto& entries = std::get<Node::List>(base.value);
    for (const Node& each : over) {
        const auto same = std::ranges::find_if(entries, [&](const Node& entry) {
            return *identity(entry) == *identity(each);
        });
        if (same == entries.end())
            entries.push_back(each);
        else
            *same = each;
    }
    return base;
}

Node append(Node base, const Node::List& over)
{
    auto& entries = std::get<Node::List>(base.value);
    for (const Node& each : over) {
        if (std::ranges::find(entries, each) == entries.end()) entries.push_back(each);
    }
    return base;
}

Node merge_lists(Node base, const Node& over, std::string_view key)
{
    static constexpr std::array<std::string_view, 3> whole{"command", "entrypoint", "test"};
    static constexpr std::array<std::string_view, 3> mounted{"volumes", "secrets", "configs"};
    if (one_of(key, whole)) return over;
    if (one_of(key, mounted)) return merge_by_target(std::move(base), *over.list());
    return append(std::move(base), *over.list());
}

Node merge_maps(Node base, const Node& over, std::string_view key)
{
    // Their keys are names that people chose, and mean nothing to us.
    static constexpr std::array<std::string_view, 6> sections{
        "services", "networks", "volumes", "secrets", "configs", "depends_on"
    };
    const bool named = one_of(key, sections);
    auto& entries = std::get<Node::Map>(base.value);
    for (const Node::Entry& each : *over.map()) {
        const auto same = std::ranges::find(entries, each.key, &Node::Entry::key);
        if (same == entries.end()) {
            entries.push_back(each);
        } else if (key == "environment") {
            *same = each;  // A name without a value is a value of its own there.
        } else {
            same->value = merge(std::move(same->value), each.value, named ? "" : each.key);
            if (!each.value.is_null()) same->at = each.at;
        }
    }
    return base;
}

}  // namespace

Node merge(Node base, const Node& over, std::string_view key)
{
    if (over.is_null()) return base;
    if (base.list() && over.list()) return merge_lists(std::move(base), over, key);
    if (base.map() && over.map()) return merge_maps(std::move(base), over, key);
    return over;
}

}  // namespace diorama::manifest
