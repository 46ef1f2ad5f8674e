#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diorama {

/// Finds many texts at once, at the speed of memory rather than of the number of texts.
///
/// Every place of the text is looked at through its first four bytes, hashed into a bitmap small
/// enough for the first cache; only the rare places that pass are compared. No place depends on
/// the one before it, which is why this beats an automaton here, and it needs a few bytes for each
/// byte of pattern where an automaton needs a kilobyte. Immutable.
class Patterns {
public:
    static constexpr std::size_t shortest = 4;

    /// Every text has at least `shortest` bytes. Those from index `local` on never go across lines.
    Patterns(std::vector<std::string> texts, std::size_t local);

    struct Hit {
        std::size_t begin = 0, end = 0;
        std::size_t pattern = 0;  ///< Index of the text.
    };

    /// Adds to `hits` every text that stands somewhere: by place, at one place the longest first.
    /// They may overlap.
    ///
    /// Answers the first place from which the rest of `text` is the beginning of a longer one of
    /// the texts, `text.size()` when there is none: what stands before is no part of anything to
    /// come. `line` is where the last line of `text` begins; a local text begins nowhere before it.
    std::size_t scan(std::string_view text, std::size_t line, std::vector<Hit>& hits) const;

private:
    std::uint32_t slot(const char* at) const;
    bool may_begin(std::uint32_t slot) const
    {
        return (bitmap_[slot >> 6U] >> (slot & 63U) & 1U) != 0;
    }
    /// Adds the texts that stand at `at`; answers whether `text` ends within another.
    bool compare(std::string_view text, std::size_t at, bool local, std::vector<Hit>& hits) const;
    bool begins(std::string_view rest, bool local) const;

    std::vector<std::string> texts_;
    std::vector<std::pair<std::uint32_t, std::size_t>>
        by_start_;  ///< First four bytes, index; longest first.
    std::size_t local_;
    /// Texts' first one, two and three bytes, packed, sorted; and those of local texts.
    std::vector<std::uint32_t> beginnings_, local_beginnings_;
    std::vector<std::uint64_t> bitmap_;
    unsigned shift_ = 0;
};

}  // namespace diorama
