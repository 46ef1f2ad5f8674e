#include "manifest/variables.hpp"

#include "manifest/interpolation.hpp"

namespace diorama::manifest {

std::optional<std::string> Variables::find(std::string_view name) const
{
    const auto found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
}

namespace {

bool interpolate_text(Node& node, std::string& text, const Variables& variables, Findings& findings)
{
    if (!text.contains('$')) return true;
    const auto lookup = [&](std::string_view name) { return variables.find(name); };
    const auto unset = [&](std::string_view name) { findings.unset(node.at, name); };
    auto expanded = interpolate(text, lookup, unset);
    if (expanded)
        text = std::move(*expanded);
    else
        findings.add(node.at, expanded.error());
    return expanded.has_value();
}

}  // namespace

bool interpolate_tree(Node& node, const Variables& variables, Findings& findings)
{
    bool good = true;
    if (auto* text = std::get_if<std::string>(&node.value)) {
        good = interpolate_text(node, *text, variables, findings);
    } else if (auto* list = std::get_if<Node::List>(&node.value)) {
        for (Node& each : *list)
            good = interpolate_tree(each, variables, findings) && good;
    } else if (auto* map = std::get_if<Node::Map>(&node.value)) {
        for (Node::Entry& entry : *map)
            good = interpolate_tree(entry.value, variables, findings) && good;
    }
    return good;
}

}  // namespace diorama::manifest
