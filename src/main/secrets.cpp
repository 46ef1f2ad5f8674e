#include "main/secrets.hpp"

#include "base/encoding.hpp"

namespace diorama {

std::vector<NamedSecret> known_secrets(const Config& config)
{
    std::vector<NamedSecret> secrets;
    if (config.api.first_token) secrets.push_back({"api.first_token", *config.api.first_token});
    for (const auto& [host, login] : config.registries)
        secrets.push_back({"registries." + host + ".password", login.password});
    const auto add = [&](const std::string& key, const std::optional<Secret>& secret) {
        if (secret) secrets.push_back({key, *secret});
    };
    add("github.webhook_secret", config.github.webhook_secret);
    add("github.webhook_secret_old", config.github.webhook_secret_old);
    add("github.token", config.github.token);
    for (const auto& [name, project] : config.projects)
        add("projects." + name + ".webhook_secret", project.webhook_secret);
    return secrets;
}

api::WebhookDoor webhook_door(const Config& config)
{
    api::WebhookDoor door{.secrets = {}, .web = config.github.web};
    const auto add = [&](std::string name, const std::optional<Secret>& secret, std::string of) {
        if (secret) door.secrets.push_back({std::move(name), *secret, std::move(of)});
    };
    add("github.webhook_secret", config.github.webhook_secret, "");
    add("github.webhook_secret_old", config.github.webhook_secret_old, "");
    for (const auto& [name, project] : config.projects)
        add("projects." + name + ".webhook_secret", project.webhook_secret, name);
    return door;
}

GitCommits::AccessFor fetch_access(const GithubConfig& github)
{
    const auto any = git::Location::parse(github.web + "/o/n", {.plain_http = true});
    if (!github.token || !any) return [](const git::Location&) { return git::Access{}; };
    const std::string web = any->text().substr(0, any->text().size() - 3);
    // GitHub's own way for tokens of every kind, as its checkout action has it.
    const Secret header("Basic " + to_base64("x-access-token:" + github.token->reveal()));
    return [web, header](const git::Location& location) {
        return location.text().starts_with(web) ? git::Access{.authorization = header}
                                                : git::Access{};
    };
}

}  // namespace diorama
