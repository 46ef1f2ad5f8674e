#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace diorama {

/// What a `.dockerignore` keeps out of a build context, by Docker's rules (Dockerfile reference,
/// ".dockerignore file"; moby/patternmatcher): one pattern a line, `#` comments, `*` and `?` within
/// a path segment, `**` across them, `[a-z]`, `\` escapes, `!` takes a path back in, the last line
/// that matches wins, and a pattern that matches a folder matches what is in it.
class IgnoreRules {
public:
    /// No rules: nothing is dropped.
    IgnoreRules() = default;

    /// `invalid` names `file` and the line of a pattern that cannot be read.
    static Result<IgnoreRules> parse(std::string_view text, std::string_view file);

    /// True when `path`, relative to the context, stays out.
    bool drops(std::string_view path) const;

private:
    /// A step of a pattern. Matching walks all steps that are possible at once, so that no pattern
    /// takes more than its length for each letter of a path.
    struct Step {
        enum class Kind { letter, one, star, deep, maybe_folders, folders, set };
        Kind kind = Kind::letter;
        char letter = 0;
        bool negated = false;                       ///< Of a set.
        std::vector<std::pair<char, char>> ranges;  ///< Of a set.

        bool takes(char letter) const;
        bool repeats() const;
    };
    struct Pattern {
        std::vector<Step> steps;
        bool back_in = false;

        bool matches(std::string_view path) const;
        void enter(std::vector<bool>& at, std::size_t step) const;
    };
    class Parser;

    std::vector<Pattern> patterns_;
};

}  // namespace diorama
