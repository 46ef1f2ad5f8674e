#pragma once

#include "base/node.hpp"
#include "hub/bare.hpp"
#include "hub/state.hpp"

#include <string>
#include <string_view>

namespace diorama::hub {

/// Where the hub is found, without '/' at the end.
struct Addresses {
    std::string api;
    std::string web;
};

/// "2026-03-01T12:00:00Z": GitHub's times have no fractions.
std::string stamp(Instant at);

/// State in the shapes of GitHub's answers, as its published OpenAPI description has them:
/// tests/integration/github_schema holds every one of them to it.
class Shapes {
public:
    Shapes(State& state, const Addresses& at) : state_(state), at_(at) {}

    Node user(std::string_view login) const;
    /// The signed-in user's own record, with what only /user tells.
    Node own_user(std::string_view login) const;
    Node collaborator(const Repository& repository, std::string_view login) const;

    Node repository(const Repository& repository) const;
    /// With what only GET /repos/{owner}/{repo} tells.
    Node full_repository(const Repository& repository) const;

    /// As lists have it.
    Node pull(const Repository& repository, const Pull& pull) const;
    /// As asked for by number, and in webhooks.
    Node full_pull(const Repository& repository, const Pull& pull) const;
    /// A pull request seen as an issue: `issue` of the event issue_comment.
    Node issue(const Repository& repository, const Pull& pull) const;
    Node label(const Repository& repository, std::string_view name) const;

    Node comment(const Repository& repository, const Comment& comment) const;
    Node status(const Repository& repository, const Status& status) const;
    Node deployment(const Repository& repository, const Deployment& deployment) const;
    Node deployment_status(
        const Repository& repository, const Deployment& deployment, const DeploymentStatus& status
    ) const;
    Node commit(const Repository& repository, const CommitFacts& commit) const;
    Node file(const Repository& repository, std::string_view head, const FileChange& change) const;

    std::string api_of(const Repository& repository) const;
    std::string web_of(const Repository& repository) const;

private:
    Node side(const Side& side) const;
    Node labels(const Repository& repository, const Pull& pull) const;
    /// Nobody reacts here.
    static Node reactions(const std::string& url);
    std::string association(const Repository& repository, std::string_view login) const;

    State& state_;
    const Addresses& at_;
};

}  // namespace diorama::hub
