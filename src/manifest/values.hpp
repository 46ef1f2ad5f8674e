#pragma once

#include "base/clock.hpp"
#include "base/node.hpp"
#include "manifest/findings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::manifest {

/// Typed values at the keys of one map. Absent and null are the same: nothing. What has the wrong
/// shape is told and counts as nothing. Numbers and booleans may be text, since variables are.
class Values {
public:
    Values(const Node& map, Findings& findings);

    const Node* find(std::string_view key) const;
    Position at(std::string_view key) const;  ///< Of the value, else of the map.
    Position at() const { return map_.at; }

    std::optional<std::string> text(std::string_view key) const;
    std::optional<bool> flag(std::string_view key) const;
    std::optional<std::int64_t> whole(std::string_view key) const;
    std::optional<double> number(std::string_view key) const;
    std::optional<std::uint64_t> bytes(std::string_view key) const;
    std::optional<milliseconds> duration(std::string_view key) const;
    std::optional<std::uint32_t> mode(std::string_view key) const;

    /// A list of scalars; nothing when absent, as an empty list is something else.
    std::optional<std::vector<std::string>> texts(std::string_view key) const;
    /// A map of scalars; null values give "".
    std::map<std::string, std::string> pairs(std::string_view key) const;
    /// The entries of a map, none when absent.
    const Node::Map& entries(std::string_view key) const;
    /// The items of a list, none when absent.
    const Node::List& items(std::string_view key) const;

    Findings& findings() const { return findings_; }
    void wrong(std::string_view key, std::string_view expected, std::string mend = {}) const;

private:
    template <class Parse>
    auto parsed(std::string_view key, Parse parse, std::string_view expected, std::string_view like)
        const -> decltype(parse(std::string_view()));

    const Node& map_;
    Findings& findings_;
};

}  // namespace diorama::manifest
