#include "model/rules.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diorama {

namespace {

/// Where the last wildcard stood, to try one character more under it.
struct Retry {
    std::size_t pattern = std::string_view::npos;
    std::size_t text = 0;
    bool folders = false;  ///< `**/` takes whole folders only.
};

/// At most one step back per wildcard and character, whatever a stranger called a branch.
bool matches(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0;
    std::size_t t = 0;
    Retry near;  // '*'
    Retry far;   // '**'
    while (t < text.size()) {
        if (pattern.substr(p).starts_with("**")) {
            p += 2;
            const bool folders = pattern.substr(p).starts_with("/");
            if (folders) ++p;  // `a/**/b` finds `a/b` too.
            far = {p, t, folders};
            near = {};
        } else if (p < pattern.size() && pattern[p] == '*') {
            near = {++p, t};
        } else if (p < pattern.size() &&
                   (pattern[p] == text[t] || (pattern[p] == '?' && text[t] != '/'))) {
            ++p;
            ++t;
        } else if (near.pattern != std::string_view::npos && text[near.text] != '/') {
            p = near.pattern;
            t = ++near.text;
        } else if (far.pattern != std::string_view::npos) {
            const std::size_t slash = far.folders ? text.find('/', far.text) : far.text;
            if (slash == std::string_view::npos) return false;
            p = far.pattern;
            t = far.text = slash + 1;
            near = {};
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

Judgement unwanted(std::string reason)
{
    return {Judgement::Answer::unwanted, std::move(reason)};
}

std::string listed(const std::vector<std::string>& words)
{
    return join(words, ", ");
}

Judgement judge_push(const Rules& rules, const PushFacts& push)
{
    if (push.message) {
        for (const std::string& word : rules.skip_words)
            if (!word.empty() && push.message->find(word) != std::string::npos)
                return {
                    Judgement::Answer::pass,
                    fmt::format("its newest commit says {}; push one without it to deploy", word)
                };
    }
    if (rules.paths.empty() || !push.changed_files) return {};
    const auto touches = [&](const std::string& file) { return matches_any(rules.paths, file); };
    if (std::ranges::any_of(*push.changed_files, touches)) return {};
    return {
        Judgement::Answer::pass,
        fmt::format(
            "none of its changed files matches the project's paths ({})", listed(rules.paths)
        )
    };
}

}  // namespace

bool matches_any(const std::vector<std::string>& patterns, std::string_view text)
{
    if (patterns.empty()) return true;
    // Only exceptions mean: everything but those.
    bool found = patterns.front().starts_with('!');
    for (const std::string_view pattern : patterns) {
        const bool out = pattern.starts_with('!');
        if (matches(pattern.substr(out ? 1 : 0), text)) found = !out;
    }
    return found;
}

Judgement judge(const Rules& rules, const PullRequest& pull_request, const PushFacts& push)
{
    if (pull_request.status != PullRequest::Status::open)
        return unwanted(fmt::format("it is {}", name(pull_request.status)));
    if (!matches_any(rules.base_branches, pull_request.base_ref))
        return unwanted(fmt::format(
            "it goes into '{}', and previews are made for {}",
            display(pull_request.base_ref, 60),
            listed(rules.base_branches)
        ));
    if (!matches_any(rules.branches, pull_request.head_ref))
        return unwanted(fmt::format(
            "its branch '{}' is not among {}",
            display(pull_request.head_ref, 60),
            listed(rules.branches)
        ));
    if (pull_request.draft && !rules.drafts)
        return unwanted("it is a draft; mark it as ready for review to get a preview");
    const auto has = [&](const std::string& label) {
        return std::ranges::find(pull_request.labels, label) != pull_request.labels.end();
    };
    if (!rules.labels.empty() && std::ranges::none_of(rules.labels, has))
        return unwanted(fmt::format(
            "it has none of the labels {}; add one to get a preview", listed(rules.labels)
        ));
    return judge_push(rules, push);
}

}  // namespace diorama
