#include "base/encoding.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "hub/shapes.hpp"

#include <fmt/format.h>

namespace diorama::hub {

namespace {

std::string node_id(std::string_view kind, Number id)
{
    return to_base64url(fmt::format("{}:{}", kind, id));
}

Node stamp_or_null(const std::optional<Instant>& at)
{
    return at ? Node(stamp(*at)) : Node();
}

Node text_or_null(const std::string& text)
{
    return text.empty() ? Node() : Node(text);
}

/// Addresses of a pull request.
struct Places {
    std::string api;  ///< Of its repository.
    std::string url;
    std::string issue;
    std::string page;
    std::string statuses;
};

Node links_of(const Places& at)
{
    const auto link = [](std::string href) {
        return Node::Map{
            {"href", std::move(href)}
        };
    };
    return Node::Map{
        {"self",            link(at.url)                             },
        {"html",            link(at.page)                            },
        {"issue",           link(at.issue)                           },
        {"comments",        link(at.issue + "/comments")             },
        {"review_comments", link(at.url + "/comments")               },
        {"review_comment",  link(at.api + "/pulls/comments{/number}")},
        {"commits",         link(at.url + "/commits")                },
        {"statuses",        link(at.statuses)                        },
    };
}

}  // namespace

Node Shapes::label(const Repository& repository, std::string_view name) const
{
    // A label has no row of its own here: its id is made of its name.
    const std::string hash = sha256(fmt::format("{}/{}", repository.id, name));
    const Number id = std::stoll(hash.substr(0, 8), nullptr, 16);
    return Node::Map{
        {"id", id},
        {"node_id", node_id("Label", id)},
        {"url", fmt::format("{}/labels/{}", api_of(repository), percent_encode(name))},
        {"name", name},
        {"color", hash.substr(8, 6)},
        {"default", false},
        {"description", ""},
    };
}

Node Shapes::labels(const Repository& repository, const Pull& pull) const
{
    Node::List list;
    for (const auto& name : pull.labels)
        list.push_back(label(repository, name));
    return list;
}

std::string Shapes::association(const Repository& repository, std::string_view login) const
{
    if (lower(login) == lower(repository.owner)) return "OWNER";
    return repository.permissions.contains(lower(login)) ? "COLLABORATOR" : "NONE";
}

Node Shapes::side(const Side& side) const
{
    const Repository* home = state_.find(side.repository);
    return Node::Map{
        {"label", fmt::format("{}:{}", side.owner, side.ref)},
        {"ref", side.ref},
        {"sha", side.sha},
        {"user", user(side.owner)},
        {"repo", home ? repository(*home) : Node()},
    };
}

Node Shapes::pull(const Repository& repository, const Pull& pull) const
{
    const std::string api = api_of(repository);
    const std::string url = fmt::format("{}/pulls/{}", api, pull.number);
    const std::string issue = fmt::format("{}/issues/{}", api, pull.number);
    const std::string page = fmt::format("{}/pull/{}", web_of(repository), pull.number);
    const std::string statuses = fmt::format("{}/statuses/{}", api, pull.head.sha);
    return Node::Map{
        {"url", url},
        {"id", pull.id},
        {"node_id", node_id("PullRequest", pull.id)},
        {"html_url", page},
        {"diff_url", page + ".diff"},
        {"patch_url", page + ".patch"},
        {"issue_url", issue},
        {"number", pull.number},
        {"state", pull.open ? "open" : "closed"},
        {"locked", false},
        {"title", pull.title},
        {"user", user(pull.author)},
        {"body", text_or_null(pull.body)},
        {"created_at", stamp(pull.created)},
        {"updated_at", stamp(pull.updated)},
        {"closed_at", stamp_or_null(pull.closed)},
        {"merged_at", stamp_or_null(pull.merged)},
        {"merge_commit_sha", text_or_null(pull.merge_commit)},
        {"assignee", nullptr},
        {"assignees", Node::List{}},
        {"requested_reviewers", Node::List{}},
        {"requested_teams", Node::List{}},
        {"labels", labels(repository, pull)},
        {"milestone", nullptr},
        {"draft", pull.draft},
        {"commits_url", url + "/commits"},
        {"review_comments_url", url + "/comments"},
        {"review_comment_url", api + "/pulls/comments{/number}"},
        {"comments_url", issue + "/comments"},
        {"statuses_url", statuses},
        {"head", side(pull.head)},
        {"base", side(pull.base)},
        {"_links", links_of({api, url, issue, page, statuses})},
        {"author_association", association(repository, pull.author)},
        {"auto_merge", nullptr},
        {"active_lock_reason", nullptr},
    };
}

Node Shapes::full_pull(const Repository& repository, const Pull& pull) const
{
    Node node = this->pull(repository, pull);
    Number comments = 0;
    for (const auto& [id, comment] : repository.comments)
        comments += comment.pull == pull.number ? 1 : 0;
    node.set("merged", pull.merged.has_value());
    // GitHub works it out later, when somebody asks.
    node.set("mergeable", nullptr);
    node.set("rebaseable", nullptr);
    node.set("mergeable_state", "unknown");
    node.set("merged_by", pull.merged_by.empty() ? Node() : user(pull.merged_by));
    node.set("comments", comments);
    node.set("review_comments", 0);
    node.set("maintainer_can_modify", false);
    node.set("commits", pull.commits);
    node.set("additions", pull.additions);
    node.set("deletions", pull.deletions);
    node.set("changed_files", pull.changed_files);
    return node;
}

Node Shapes::issue(const Repository& repository, const Pull& pull) const
{
    const std::string api = api_of(repository);
    const std::string url = fmt::format("{}/issues/{}", api, pull.number);
    const std::string page = fmt::format("{}/pull/{}", web_of(repository), pull.number);
    return Node::Map{
        {"url", url},
        {"repository_url", api},
        {"labels_url", url + "/labels{/name}"},
        {"comments_url", url + "/comments"},
        {"events_url", url + "/events"},
        {"html_url", page},
        {"id", pull.id},
        {"node_id", node_id("PullRequest", pull.id)},
        {"number", pull.number},
        {"title", pull.title},
        {"user", user(pull.author)},
        {"labels", labels(repository, pull)},
        {"state", pull.open ? "open" : "closed"},
        {"locked", false},
        {"assignee", nullptr},
        {"assignees", Node::List{}},
        {"milestone", nullptr},
        {"comments", 0},
        {"created_at", stamp(pull.created)},
        {"updated_at", stamp(pull.updated)},
        {"closed_at", stamp_or_null(pull.closed)},
        {"author_association", association(repository, pull.author)},
        {"draft", pull.draft},
        {"pull_request",
         Node::Map{
             {"url", fmt::format("{}/pulls/{}", api, pull.number)},
             {"html_url", page},
             {"diff_url", page + ".diff"},
             {"patch_url", page + ".patch"},
             {"merged_at", stamp_or_null(pull.merged)},
         }},
        {"body", text_or_null(pull.body)},
        {"performed_via_github_app", nullptr},
        {"active_lock_reason", nullptr},
        {"reactions", reactions(url)},
    };
}

}  // namespace diorama::hub
