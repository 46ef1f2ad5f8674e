#pragma once

#include "base/node.hpp"
#include "manifest/findings.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace diorama::manifest {

/// Variables for interpolation: what is given by the daemon, then `.env` files, nearest first.
class Variables {
public:
    explicit Variables(const std::map<std::string, std::string>& given)
        : values_(given.begin(), given.end())
    {}

    std::optional<std::string> find(std::string_view name) const;
    /// Adds what is not set yet.
    void add(const std::string& name, const std::string& value) { values_.emplace(name, value); }

private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// Interpolates every string of `node`; keys stay as they are. False when one could not be.
bool interpolate_tree(Node& node, const Variables& variables, Findings& findings);

}  // namespace diorama::manifest
