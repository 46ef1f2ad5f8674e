#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diorama::git {

/// The full name of a reference, refs/heads/main or HEAD, proven to follow git-check-ref-format.
///
/// A branch may be called `--upload-pack=x` or `$(id)`; git allows it. It is harmless because a
/// branch only ever travels as refs/heads/… in a word of its own, and no shell reads it.
class RefName {
public:
    /// A full name: HEAD, or something below refs/.
    static Result<RefName> parse(std::string_view full);
    static Result<RefName> branch(std::string_view name);
    static RefName head();

    const std::string& text() const { return text_; }
    /// Without refs/heads/, when it is a branch; else the full name.
    std::string brief() const;
    bool is_branch() const { return text_.starts_with("refs/heads/"); }

    friend auto operator<=>(const RefName&, const RefName&) = default;

private:
    explicit RefName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// The names under which forges publish the head of pull request `number`, the commonest first:
/// GitHub and Gitea, GitLab, Bitbucket Server.
std::vector<RefName> pull_request_heads(std::uint64_t number);

/// The number, when `ref` is the head of a pull request; else 0.
std::uint64_t pull_request_of(const RefName& ref);

}  // namespace diorama::git
