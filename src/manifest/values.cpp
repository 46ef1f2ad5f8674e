#include "manifest/values.hpp"

#include "base/duration.hpp"
#include "base/unicode.hpp"
#include "manifest/units.hpp"

namespace diorama::manifest {

namespace {

std::string_view a_kind(const Node& node)
{
    return node.map() ? "a map" : node.list() ? "a list" : "a value";
}

}  // namespace

Values::Values(const Node& map, Findings& findings) : map_(map), findings_(findings)
{
    if (!map.map() && !map.is_null())
        findings.wrong(map.at, fmt::format("{} stands where a map shall be", a_kind(map)));
}

const Node* Values::find(std::string_view key) const
{
    const Node* node = map_.find(key);
    return node && !node->is_null() ? node : nullptr;
}

Position Values::at(std::string_view key) const
{
    const Node* node = map_.find(key);
    return node && node->at.known() ? node->at : map_.at;
}

void Values::wrong(std::string_view key, std::string_view expected, std::string mend) const
{
    const Node& node = *map_.find(key);
    const auto text = node.scalar_text();
    findings_.wrong(
        at(key),
        text ? fmt::format("{}: '{}' is no {}", key, display(*text), expected)
             : fmt::format("{}: {} stands where a {} shall be", key, a_kind(node), expected),
        std::move(mend)
    );
}

std::optional<std::string> Values::text(std::string_view key) const
{
    const Node* node = find(key);
    if (!node) return std::nullopt;
    auto text = node->scalar_text();
    if (!text) wrong(key, "text");
    return text;
}

template <class Parse>
auto Values::parsed(
    std::string_view key, Parse parse, std::string_view expected, std::string_view like
) const -> decltype(parse(std::string_view()))
{
    const auto written = text(key);
    if (!written || written->empty()) return std::nullopt;
    auto value = parse(std::string_view(*written));
    if (!value) wrong(key, expected, fmt::format("Write it like {}.", like));
    return value;
}

std::optional<bool> Values::flag(std::string_view key) const
{
    return parsed(key, parse_boolean, "boolean", "true");
}

std::optional<std::int64_t> Values::whole(std::string_view key) const
{
    return parsed(key, parse_whole, "whole number", "3");
}

std::optional<double> Values::number(std::string_view key) const
{
    return parsed(key, parse_number, "number", "0.5");
}

std::optional<std::uint64_t> Values::bytes(std::string_view key) const
{
    return parsed(key, parse_bytes, "size", "512m");
}

std::optional<milliseconds> Values::duration(std::string_view key) const
{
    const auto parse = [](std::string_view text) -> std::optional<milliseconds> {
        const auto time = parse_duration(text);
        return time ? std::optional(*time) : std::nullopt;
    };
    return parsed(key, parse, "duration", "1m30s");
}

std::optional<std::uint32_t> Values::mode(std::string_view key) const
{
    return parsed(key, parse_mode, "file mode", "0440");
}

std::optional<std::vector<std::string>> Values::texts(std::string_view key) const
{
    if (!find(key)) return std::nullopt;
    std::vector<std::string> all;
    for (const Node& each : items(key)) {
        auto text = each.is_null() ? std::nullopt : each.scalar_text();
        if (text)
            all.push_back(std::move(*text));
        else
            findings_.wrong(each.at, fmt::format("{} stands where text shall be", a_kind(each)));
    }
    return all;
}

std::map<std::string, std::string> Values::pairs(std::string_view key) const
{
    std::map<std::string, std::string> all;
    for (const Node::Entry& each : entries(key)) {
        if (each.value.is_null())
            all[each.key] = "";
        else if (auto text = each.value.scalar_text())
            all[each.key] = std::move(*text);
        else
            findings_.wrong(
                each.value.at, fmt::format("{} stands where text shall be", a_kind(each.value))
            );
    }
    return all;
}

const Node::Map& Values::entries(std::string_view key) const
{
    static const Node::Map none;
    const Node* node = find(key);
    if (node && !node->map()) wrong(key, "map");
    return node && node->map() ? *node->map() : none;
}

const Node::List& Values::items(std::string_view key) const
{
    static const Node::List none;
    const Node* node = find(key);
    if (node && !node->list()) wrong(key, "list");
    return node && node->list() ? *node->list() : none;
}

}  // namespace diorama::manifest
