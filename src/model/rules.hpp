#pragma once

#include "model/pull_request.hpp"

#include <optional>

namespace diorama {

/// Which pull requests of a project get a preview, and which pushes renew it. Empty lists ask for
/// nothing. Patterns: `*` stands for anything but '/', `**` for anything, `?` for one character; a
/// pattern that begins with '!' takes out again what an earlier one let in.
struct Rules {
    std::vector<std::string> branches;       ///< Of the head.
    std::vector<std::string> base_branches;  ///< That it shall be merged into.
    std::vector<std::string> labels;         ///< One of them must be there: previews by request.
    bool drafts = true;
    std::vector<std::string> paths;  ///< One changed file must match: parts of a monorepo.
    /// In the message of the newest commit: this push is not deployed.
    std::vector<std::string> skip_words{"[skip preview]", "[preview skip]"};

    friend bool operator==(const Rules&, const Rules&) = default;
};

/// What the rules about one push need to know. None: not asked, because no rule needs it.
struct PushFacts {
    std::optional<std::vector<std::string>> changed_files;  ///< From the merge base to the head.
    std::optional<std::string> message;                     ///< Of the head commit.
};

/// Which of PushFacts the rules need.
inline bool needs_files(const Rules& rules)
{
    return !rules.paths.empty();
}
inline bool needs_message(const Rules& rules)
{
    return !rules.skip_words.empty();
}

/// What the rules say, and the sentence `why` shows.
struct Judgement {
    enum class Answer {
        preview,   ///< It gets one, at its newest commit.
        pass,      ///< This push is not deployed; what stands stays as it is.
        unwanted,  ///< It gets none; what stands is taken down.
    };
    Answer answer = Answer::preview;
    std::string reason;  ///< Names the rule and how to meet it; empty for `preview`.

    friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// Judges an open pull request; a closed one is always `unwanted`.
Judgement judge(const Rules& rules, const PullRequest& pull_request, const PushFacts& push);

/// Whether `text` matches `patterns` as Rules says; anything does when there are none.
bool matches_any(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace diorama
