#include "base/text.hpp"
#include "base/unicode.hpp"
#include "daemon/check_config.hpp"

#include <algorithm>

namespace diorama {

namespace {

constexpr std::size_t shortest_secret = 16;  ///< Of a webhook (SEC-34).

/// "owner/name", in the letters GitHub knows.
bool is_repository(std::string_view text)
{
    const auto parts = split(text, '/');
    const auto fits = [](std::string_view part) {
        return !part.empty() && part.size() <= 100 && std::ranges::all_of(part, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || c == '.';
        });
    };
    return parts.size() == 2 && std::ranges::all_of(parts, fits);
}

class ForgeCheck {
public:
    ForgeCheck(const Config& config, const Origins& origins) : config_(config), origins_(origins) {}

    std::vector<Error> all()
    {
        github();
        std::map<std::string, std::string> seen;
        for (const auto& [name, project] : config_.projects) {
            const std::string key = "projects." + name;
            need(is_repository(name), key, "is no repository", "Write [projects.\"owner/name\"].");
            const auto [before, first] = seen.emplace(lower(name), name);
            need(first, key, "stands there twice: case makes no difference", "Keep one of them.");
            this->project(key, project);
        }
        return std::move(problems_);
    }

private:
    void github()
    {
        const GithubConfig& github = config_.github;
        need(
            github.on() || !origins_.names("github"),
            "github",
            "stands there without webhook_secret: anybody could send webhooks (SEC-20)",
            "Set github.webhook_secret, and the same in GitHub's webhook: openssl rand -hex 32"
        );
        secret("github.webhook_secret", github.webhook_secret);
        secret("github.webhook_secret_old", github.webhook_secret_old);
        token(github);
        address("github.api", github.api);
        address("github.web", github.web);
        need(
            github.poll >= seconds{1}, "github.poll", "is below 1s", "Write e.g. 60s, the default."
        );
        need(
            github.deliveries > milliseconds{0},
            "github.deliveries",
            "is not above 0",
            "Write e.g. 30d, the default."
        );
    }

    void project(const std::string& key, const ProjectConfig& project)
    {
        need(
            !project.webhook_secret || config_.github.on(),
            key + ".webhook_secret",
            "stands there without github.webhook_secret",
            "Set github.webhook_secret too: openssl rand -hex 32"
        );
        secret(key + ".webhook_secret", project.webhook_secret);
        patterns(key + ".branches", project.branches);
        patterns(key + ".base_branches", project.base_branches);
        patterns(key + ".labels", project.labels);
        patterns(key + ".paths", project.paths);
        for (const std::string& word : project.skip_words)
            need(
                !trim(word).empty(),
                key + ".skip_words",
                "has an empty one, which every message holds",
                "Take it out."
            );
    }

    /// Two equal ones would make one repository's webhooks those of another.
    void secret(const std::string& key, const std::optional<Secret>& secret)
    {
        if (!secret) return;
        const auto good = check_own_secret(*secret, shortest_secret);
        if (!good) problems_.push_back(good.error().during(origins_.of(key)));
        for (const auto& [other, value] : secrets_)
            need(
                !value->equals(secret->reveal()),
                key,
                fmt::format("is the same secret as {}", other),
                "Give each a secret of its own: openssl rand -hex 32"
            );
        secrets_.emplace_back(key, &*secret);
    }

    void token(const GithubConfig& github)
    {
        if (!github.token) return;
        const std::string& text = github.token->reveal();
        const bool fits = !text.empty() &&
                          std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
        need(
            fits,
            "github.token",
            "is empty, or has characters that cannot stand in a header",
            "Write it as GitHub shows it, or leave it out."
        );
    }

    void address(const char* key, const std::string& text)
    {
        // The token travels there: in the clear only within this machine (SEC-50).
        const bool local = text.starts_with("http://127.0.0.1:") ||
                           text.starts_with("http://localhost:") ||
                           text.starts_with("http://[::1]:");
        const bool there = text.starts_with("https://") || local;
        const bool plain = text.find_first_of("?#@ ") == std::string::npos;
        need(
            there && plain && !text.ends_with('/'),
            key,
            "is no https:// address without '/' at its end",
            "Write e.g. https://github.example.com; http:// only for this machine."
        );
    }

    void patterns(const std::string& key, const std::vector<std::string>& list)
    {
        for (const std::string& text : list) {
            const bool empty = trim(text).empty() || text == "!";
            need(!empty, key, "has an empty pattern", "Take it out.");
        }
    }

    void need(bool holds, const std::string& key, std::string_view wrong, const std::string& mend)
    {
        if (holds) return;
        problems_.push_back(
            {Code::invalid, fmt::format("{} {}", display(origins_.of(key), 300), wrong), mend}
        );
    }

    const Config& config_;
    const Origins& origins_;
    std::vector<std::pair<std::string, const Secret*>> secrets_;
    std::vector<Error> problems_;
};

}  // namespace

std::vector<Error> check_forges(const Config& config, const Origins& origins)
{
    return ForgeCheck(config, origins).all();
}

}  // namespace diorama
