#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace diorama {

/// The keys a map has had so far. Few keys are compared one by one, many are hashed, so that a map
/// of a hundred thousand keys costs no hundred thousand squared.
class KeySet {
public:
    /// False when it was there already.
    bool add(std::string_view key)
    {
        if (many_.empty()) {
            if (std::ranges::find(few_, key) != few_.end()) return false;
            few_.emplace_back(key);
            if (few_.size() > 16) many_.insert(few_.begin(), few_.end());
            return true;
        }
        return many_.emplace(key).second;
    }

private:
    std::vector<std::string> few_;
    std::unordered_set<std::string> many_;
};

}  // namespace diorama
