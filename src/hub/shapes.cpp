#include "hub/shapes.hpp"

#include "base/encoding.hpp"
#include "base/instant.hpp"

#include <fmt/format.h>

namespace diorama::hub {

namespace {

/// Links of a repository: the key without "_url", and what follows the repository's address.
struct Link {
    std::string_view key;
    std::string_view path;
};

constexpr Link repository_links[] = {
    {"archive",       "/{archive_format}{/ref}"                 },
    {"assignees",     "/assignees{/user}"                       },
    {"blobs",         "/git/blobs{/sha}"                        },
    {"branches",      "/branches{/branch}"                      },
    {"collaborators", "/collaborators{/collaborator}"           },
    {"comments",      "/comments{/number}"                      },
    {"commits",       "/commits{/sha}"                          },
    {"compare",       "/compare/{base}...{head}"                },
    {"contents",      "/contents/{+path}"                       },
    {"contributors",  "/contributors"                           },
    {"deployments",   "/deployments"                            },
    {"downloads",     "/downloads"                              },
    {"events",        "/events"                                 },
    {"forks",         "/forks"                                  },
    {"git_commits",   "/git/commits{/sha}"                      },
    {"git_refs",      "/git/refs{/sha}"                         },
    {"git_tags",      "/git/tags{/sha}"                         },
    {"hooks",         "/hooks"                                  },
    {"issue_comment", "/issues/comments{/number}"               },
    {"issue_events",  "/issues/events{/number}"                 },
    {"issues",        "/issues{/number}"                        },
    {"keys",          "/keys{/key_id}"                          },
    {"labels",        "/labels{/name}"                          },
    {"languages",     "/languages"                              },
    {"merges",        "/merges"                                 },
    {"milestones",    "/milestones{/number}"                    },
    {"notifications", "/notifications{?since,all,participating}"},
    {"pulls",         "/pulls{/number}"                         },
    {"releases",      "/releases{/id}"                          },
    {"stargazers",    "/stargazers"                             },
    {"statuses",      "/statuses/{sha}"                         },
    {"subscribers",   "/subscribers"                            },
    {"subscription",  "/subscription"                           },
    {"tags",          "/tags"                                   },
    {"teams",         "/teams"                                  },
    {"trees",         "/git/trees{/sha}"                        },
};

constexpr Link user_links[] = {
    {"followers",       "/followers"             },
    {"following",       "/following{/other_user}"},
    {"gists",           "/gists{/gist_id}"       },
    {"starred",         "/starred{/owner}{/repo}"},
    {"subscriptions",   "/subscriptions"         },
    {"organizations",   "/orgs"                  },
    {"repos",           "/repos"                 },
    {"events",          "/events{/privacy}"      },
    {"received_events", "/received_events"       },
};

std::string node_id(std::string_view kind, Number id)
{
    return to_base64url(fmt::format("{}:{}", kind, id));
}

/// What every repository has: its links, and what nobody changes here.
void add_standard_fields(Node& node, const std::string& api, Number open)
{
    for (const Link& link : repository_links)
        node.set(fmt::format("{}_url", link.key), fmt::format("{}{}", api, link.path));
    for (const auto key :
         {"stargazers_count", "watchers_count", "forks_count", "watchers", "forks"})
        node.set(key, 0);
    for (const auto key : {"open_issues", "open_issues_count"})
        node.set(key, open);
    for (const auto key : {"has_issues", "has_projects", "has_downloads", "allow_forking"})
        node.set(key, true);
    for (const auto key :
         {"has_wiki",
          "has_pages",
          "has_discussions",
          "archived",
          "disabled",
          "is_template",
          "web_commit_signoff_required"})
        node.set(key, false);
}

}  // namespace

std::string stamp(Instant at)
{
    return format_instant(at).substr(0, 19) + "Z";
}

std::string Shapes::api_of(const Repository& repository) const
{
    return fmt::format("{}/repos/{}", at_.api, repository.full_name());
}

std::string Shapes::web_of(const Repository& repository) const
{
    return fmt::format("{}/{}", at_.web, repository.full_name());
}

Node Shapes::user(std::string_view login) const
{
    const User& user = state_.user(login, Instant{});
    const std::string url = fmt::format("{}/users/{}", at_.api, user.login);
    Node node = Node::Map{
        {"login", user.login},
        {"id", user.id},
        {"node_id", node_id("User", user.id)},
        {"avatar_url", fmt::format("{}/avatars/{}", at_.web, user.id)},
        {"gravatar_id", ""},
        {"url", url},
        {"html_url", fmt::format("{}/{}", at_.web, user.login)},
        {"type", "User"},
        {"site_admin", false},
    };
    for (const Link& link : user_links)
        node.set(fmt::format("{}_url", link.key), fmt::format("{}{}", url, link.path));
    return node;
}

Node Shapes::own_user(std::string_view login) const
{
    Node node = user(login);
    for (const auto key : {"name", "company", "email", "hireable", "bio", "location"})
        node.set(key, nullptr);
    node.set("blog", "");
    for (const auto key : {"public_repos", "public_gists", "followers", "following"})
        node.set(key, 0);
    const std::string created = stamp(state_.user(login, Instant{}).created);
    node.set("created_at", created);
    node.set("updated_at", created);
    return node;
}

Node Shapes::collaborator(const Repository& repository, std::string_view login) const
{
    const std::string_view may = state_.permission(repository, login);
    Node node = user(login);
    node.set(
        "permissions",
        Node::Map{
            {"admin",    may == "admin"},
            {"maintain", may == "admin"},
            {"push",     may_write(may)},
            {"triage",   may_write(may)},
            {"pull",     may != "none" }
    }
    );
    node.set("role_name", may);
    return Node::Map{
        {"permission", may            },
        {"role_name",  may            },
        {"user",       std::move(node)}
    };
}

Node Shapes::repository(const Repository& repository) const
{
    const std::string api = api_of(repository);
    const std::string web = web_of(repository);
    Number open = 0;
    for (const auto& [number, pull] : repository.pulls)
        open += pull.open ? 1 : 0;
    Node node = Node::Map{
        {"id", repository.id},
        {"node_id", node_id("Repository", repository.id)},
        {"name", repository.name},
        {"full_name", repository.full_name()},
        {"private", repository.is_private},
        {"owner", user(repository.owner)},
        {"html_url", web},
        {"description", nullptr},
        {"fork", repository.parent != 0},
        {"url", api},
        {"created_at", stamp(repository.created)},
        {"updated_at", stamp(repository.pushed)},
        {"pushed_at", stamp(repository.pushed)},
        {"git_url", web + ".git"},
        {"ssh_url", web + ".git"},
        {"clone_url", web + ".git"},
        {"svn_url", web},
        {"homepage", nullptr},
        {"size", 0},
        {"language", nullptr},
        {"mirror_url", nullptr},
        {"license", nullptr},
        {"topics", Node::List{}},
        {"visibility", repository.is_private ? "private" : "public"},
        {"default_branch", repository.default_branch},
    };
    add_standard_fields(node, api, open);
    return node;
}

Node Shapes::full_repository(const Repository& repository) const
{
    Node node = this->repository(repository);
    node.set("network_count", 0);
    node.set("subscribers_count", 0);
    return node;
}

Node Shapes::reactions(const std::string& url)
{
    Node node = Node::Map{
        {"url",         url + "/reactions"},
        {"total_count", 0                 }
    };
    for (const auto key : {"+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket"})
        node.set(key, 0);
    return node;
}

Node Shapes::comment(const Repository& repository, const Comment& comment) const
{
    const std::string api = api_of(repository);
    const std::string url = fmt::format("{}/issues/comments/{}", api, comment.id);
    return Node::Map{
        {"id", comment.id},
        {"node_id", node_id("IssueComment", comment.id)},
        {"url", url},
        {"html_url",
         fmt::format("{}/pull/{}#issuecomment-{}", web_of(repository), comment.pull, comment.id)},
        {"issue_url", fmt::format("{}/issues/{}", api, comment.pull)},
        {"body", comment.body},
        {"user", user(comment.author)},
        {"created_at", stamp(comment.created)},
        {"updated_at", stamp(comment.updated)},
        {"author_association", association(repository, comment.author)},
        {"reactions", reactions(url)},
        {"performed_via_github_app", nullptr},
    };
}

Node Shapes::status(const Repository& repository, const Status& status) const
{
    const auto text = [](const std::string& value) { return value.empty() ? Node() : Node(value); };
    return Node::Map{
        {"url", fmt::format("{}/statuses/{}", api_of(repository), status.sha)},
        {"avatar_url", fmt::format("{}/avatars/0", at_.web)},
        {"id", status.id},
        {"node_id", node_id("StatusContext", status.id)},
        {"state", status.state},
        {"description", text(status.description)},
        {"target_url", text(status.target_url)},
        {"context", status.context},
        {"created_at", stamp(status.created)},
        {"updated_at", stamp(status.created)},
        {"creator", user(status.creator)},
    };
}

Node Shapes::deployment(const Repository& repository, const Deployment& deployment) const
{
    const std::string api = api_of(repository);
    const std::string url = fmt::format("{}/deployments/{}", api, deployment.id);
    return Node::Map{
        {"url", url},
        {"id", deployment.id},
        {"node_id", node_id("Deployment", deployment.id)},
        {"sha", deployment.sha},
        {"ref", deployment.ref},
        {"task", deployment.task},
        {"payload", Node::Map{}},
        {"original_environment", deployment.environment},
        {"environment", deployment.environment},
        {"description", deployment.description.empty() ? Node() : Node(deployment.description)},
        {"creator", user(deployment.creator)},
        {"created_at", stamp(deployment.created)},
        {"updated_at",
         stamp(
             deployment.statuses.empty() ? deployment.created : deployment.statuses.back().created
         )},
        {"statuses_url", url + "/statuses"},
        {"repository_url", api},
        {"transient_environment", deployment.transient},
        {"production_environment", deployment.production},
    };
}

Node Shapes::deployment_status(
    const Repository& repository, const Deployment& deployment, const DeploymentStatus& status
) const
{
    const std::string api = api_of(repository);
    const std::string url = fmt::format("{}/deployments/{}", api, deployment.id);
    return Node::Map{
        {"url", fmt::format("{}/statuses/{}", url, status.id)},
        {"id", status.id},
        {"node_id", node_id("DeploymentStatus", status.id)},
        {"state", status.state},
        {"creator", user(status.creator)},
        {"description", status.description},
        {"environment", deployment.environment},
        {"target_url", status.log_url},
        {"created_at", stamp(status.created)},
        {"updated_at", stamp(status.created)},
        {"deployment_url", url},
        {"repository_url", api},
        {"environment_url", status.environment_url},
        {"log_url", status.log_url},
    };
}

Node Shapes::commit(const Repository& repository, const CommitFacts& commit) const
{
    const std::string api = api_of(repository);
    const std::string url = fmt::format("{}/commits/{}", api, commit.sha);
    const Node::Map person{
        {"name",  commit.author   },
        {"email", commit.email    },
        {"date",  stamp(commit.at)}
    };
    Node::List parents;
    for (const auto& sha : commit.parents)
        parents.push_back(Node::Map{
            {"sha", sha},
            {"url", fmt::format("{}/commits/{}", api, sha)},
            {"html_url", fmt::format("{}/commit/{}", web_of(repository), sha)}
        });
    return Node::Map{
        {"sha", commit.sha},
        {"node_id", to_base64url("Commit:" + commit.sha)},
        {"commit",
         Node::Map{
             {"author", person},
             {"committer", person},
             {"message", commit.message},
             {"tree",
              Node::Map{
                  {"sha", commit.tree}, {"url", fmt::format("{}/git/trees/{}", api, commit.tree)}
              }},
             {"url", fmt::format("{}/git/commits/{}", api, commit.sha)},
             {"comment_count", 0},
         }},
        {"url", url},
        {"html_url", fmt::format("{}/commit/{}", web_of(repository), commit.sha)},
        {"comments_url", url + "/comments"},
        {"author", nullptr},
        {"committer", nullptr},
        {"parents", std::move(parents)},
    };
}

Node Shapes::file(const Repository& repository, std::string_view head, const FileChange& change)
    const
{
    const std::string web = web_of(repository);
    Node node = Node::Map{
        {"sha", change.sha},
        {"filename", change.path},
        {"status", change.status},
        {"additions", change.additions},
        {"deletions", change.deletions},
        {"changes", change.additions + change.deletions},
        {"blob_url", fmt::format("{}/blob/{}/{}", web, head, percent_encode(change.path))},
        {"raw_url", fmt::format("{}/raw/{}/{}", web, head, percent_encode(change.path))},
        {"contents_url",
         fmt::format("{}/contents/{}?ref={}", api_of(repository), percent_encode(change.path), head)
        },
    };
    if (!change.previous.empty()) node.set("previous_filename", change.previous);
    return node;
}

}  // namespace diorama::hub
