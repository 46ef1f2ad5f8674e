#pragma once

#include "api/context.hpp"
#include "daemon/config.hpp"
#include "source/git_commits.hpp"

#include <vector>

/// Where each secret of the configuration goes, and nowhere else.
namespace diorama {

/// All of them, by their keys: none may be seen in a log.
std::vector<NamedSecret> known_secrets(const Config& config);

/// Those that GitHub's webhooks may be signed with.
api::WebhookDoor webhook_door(const Config& config);

/// The token goes to where GitHub's repositories are, and nowhere else (SEC-50).
GitCommits::AccessFor fetch_access(const GithubConfig& github);

}  // namespace diorama
