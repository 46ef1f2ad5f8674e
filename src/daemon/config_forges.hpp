#pragma once

#include "base/secret.hpp"
#include "engine/settings.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

/// The sections of diorama.toml about those we ask for something by a login: image registries,
/// forges, and the repositories on them.
namespace diorama {

struct RegistryConfig {
    std::string user;
    Secret password;
};
/// GitHub, or its Enterprise Server. Nothing of it works before there is a webhook secret.
struct GithubConfig {
    std::optional<Secret> webhook_secret;
    std::optional<Secret> webhook_secret_old;  ///< Good too while the other one takes its place.
    std::optional<Secret> token;               ///< Facts, comments, statuses, private repositories.
    std::string api = "https://api.github.com";
    std::string web = "https://github.com";  ///< Repositories are at `web` + "/owner/name.git".
    bool comment = true;
    bool status = true;
    bool deployments = true;
    milliseconds poll = ForgeSettings{}.poll;
    milliseconds deliveries = ForgeSettings{}.keep;

    bool on() const { return webhook_secret.has_value(); }
};
/// What holds for one repository, "owner/name": `Rules`, and a secret that signs for it alone.
struct ProjectConfig {
    std::optional<Secret> webhook_secret;
    std::vector<std::string> branches;
    std::vector<std::string> base_branches;
    std::vector<std::string> labels;
    std::vector<std::string> paths;
    std::vector<std::string> skip_words = Rules{}.skip_words;
    bool drafts = true;
};

BOOST_DESCRIBE_STRUCT(RegistryConfig, (), (user, password))
BOOST_DESCRIBE_STRUCT(
    GithubConfig,
    (),
    (webhook_secret,
     webhook_secret_old,
     token,
     api,
     web,
     comment,
     status,
     deployments,
     poll,
     deliveries)
)
BOOST_DESCRIBE_STRUCT(
    ProjectConfig, (), (webhook_secret, branches, base_branches, labels, paths, skip_words, drafts)
)

}  // namespace diorama
