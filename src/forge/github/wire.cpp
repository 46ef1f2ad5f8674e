#include "forge/github/wire.hpp"

#include "base/unicode.hpp"

namespace diorama::github {

namespace {

constexpr std::string_view hex = "0123456789abcdef";
constexpr std::string_view word =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

bool is_word(std::string_view text)
{
    return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
           text.find_first_not_of(word) == std::string_view::npos;
}

Error wrong(std::string_view what, std::string_view text)
{
    return {Code::invalid, fmt::format("'{}' is no {} of GitHub", display(text, 64), what), ""};
}

}  // namespace

bool is_repository_name(std::string_view text)
{
    const auto slash = text.find('/');
    return slash != std::string_view::npos && is_word(text.substr(0, slash)) &&
           is_word(text.substr(slash + 1));
}

bool is_commit(std::string_view text)
{
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of(hex) == std::string_view::npos;
}

Result<ForgeRepository> repository_of(const wire::Repository& wire)
{
    if (wire.id <= 0) return wrong("repository id", std::to_string(wire.id));
    if (!is_repository_name(wire.full_name)) return wrong("repository name", wire.full_name);
    return ForgeRepository{"github", std::to_string(wire.id), wire.full_name};
}

Result<PullRequest> pull_request_of(const wire::PullRequest& wire)
{
    if (wire.number <= 0) return wrong("pull request number", std::to_string(wire.number));
    if (!is_commit(wire.head.sha)) return wrong("commit", wire.head.sha);
    if (wire.state != "open" && wire.state != "closed") return wrong("state", wire.state);
    using enum PullRequest::Status;
    PullRequest found{
        .number = wire.number,
        .title = wire.title,
        .head_commit = wire.head.sha,
        .head_ref = wire.head.ref,
        .base_ref = wire.base.ref,
        .status = wire.state == "open" ? open
                  : wire.merged_at     ? merged
                                       : closed,
        .draft = wire.draft.value_or(false),
        .updated_at = wire.updated_at.value_or(Instant{}),
    };
    if (wire.user) {
        found.author = wire.user->login;
        found.author_id = std::to_string(wire.user->id);
    }
    if (wire.head.repo) found.head_repository = std::to_string(wire.head.repo->id);
    for (const auto& label : wire.labels)
        found.labels.push_back(label.name);
    return found;
}

}  // namespace diorama::github
