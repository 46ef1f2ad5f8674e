#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// The keys a map has had so far, found by their hash, so that a map of a hundred thousand keys
/// costs no hundred thousand squared. All lie in one text: a key costs no memory of its own.
class KeySet {
public:
    /// False when it was there already.
    bool add(std::string_view key)
    {
        if (2 * (keys_.size() + 1) > slots_.size()) grow();
        const std::size_t hash = std::hash<std::string_view>{}(key);
        std::size_t at = hash & (slots_.size() - 1);
        for (; slots_[at] != empty; at = (at + 1) & (slots_.size() - 1)) {
            const Key& other = keys_[slots_[at]];
            if (other.hash == hash && text(other) == key) return false;
        }
        slots_[at] = keys_.size();
        keys_.push_back({hash, text_.size(), key.size()});
        text_ += key;
        return true;
    }
    /// Forgets them, and keeps their place for the next map's.
    void clear()
    {
        slots_.assign(slots_.size() > most_kept ? 0 : slots_.size(), empty);
        keys_.clear();
        text_.clear();
    }

private:
    static constexpr std::size_t empty = static_cast<std::size_t>(-1);
    static constexpr std::size_t most_kept = 256;
    struct Key {
        std::size_t hash;
        std::size_t begin;
        std::size_t size;
    };

    std::string_view text(const Key& key) const
    {
        return std::string_view(text_).substr(key.begin, key.size);
    }
    void grow()
    {
        slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), empty);
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            std::size_t at = keys_[i].hash & (slots_.size() - 1);
            while (slots_[at] != empty)
                at = (at + 1) & (slots_.size() - 1);
            slots_[at] = i;
        }
    }

    std::vector<std::size_t> slots_;  ///< Of `keys_`, by hash; a power of two, at most half full.
    std::vector<Key> keys_;
    std::string text_;
};

}  // namespace diorama
