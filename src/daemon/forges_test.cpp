#include "daemon/check_config.hpp"
#include "daemon/read_config.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

constexpr std::string_view github = "[github]\nwebhook_secret = \"f3b1c77ce6d94a9b\"\n";

Result<Config> read_text(std::string_view text)
{
    return read_config(text, "diorama.toml", [](const std::string&) { return std::nullopt; });
}

/// What is said about a configuration that is wrong.
std::string refusal(const std::string& text)
{
    CAPTURE(text);
    const auto config = read_text(text);
    REQUIRE(!config);
    CHECK(config.error().code == Code::invalid);
    return config.error().text();
}

bool says(const std::string& text, std::string_view part)
{
    INFO(text);
    return text.contains(part);
}

}  // namespace

TEST_CASE("[github] without a webhook secret does not start (SEC-20)")
{
    for (const char* text :
         {"[github]\n", "[github]\ntoken = \"ghp_x\"\n", "[github]\npoll = \"60s\"\n"}) {
        CHECK(says(refusal(text), "diorama.toml:1:"));
        CHECK(says(refusal(text), "github.webhook_secret"));
    }
    const auto by_variable = read_config("", "", [](const std::string& name) {
        return name == "DIORAMA_GITHUB_TOKEN" ? std::optional<std::string>("x") : std::nullopt;
    });
    REQUIRE(!by_variable);
    CHECK(says(by_variable.error().text(), "webhook_secret"));
    const auto none = read_text("");
    REQUIRE(none.has_value());
    CHECK(!none->github.on());
}

TEST_CASE("a short, known or repeating webhook secret does not start, and is not shown (SEC-34)")
{
    for (const std::string bad :
         {"",
          "f3b1c77ce6d94a9",
          "changemechangeme",
          "mysecret12345678",
          "abababababababab",
          "with a blank 1234"}) {
        for (const std::string key : {"webhook_secret", "webhook_secret_old"}) {
            const auto text = refusal(fmt::format(
                "[github]\n{} = \"{}\"\n{}",
                key,
                bad,
                key == "webhook_secret" ? "" : "webhook_secret = \"f3b1c77ce6d94a9b\"\n"
            ));
            CHECK(says(text, "github." + key));
            CHECK(says(text, "openssl rand -hex 32"));
            if (bad.size() > 4) CHECK(!says(text, bad));
        }
    }
    CHECK(read_text(github).has_value());
}

TEST_CASE("what GitHub shows and how often it is asked is the operator's to say")
{
    const auto config =
        read_text(std::string(github) + "poll = \"5m\"\ndeliveries = \"7d\"\ncomment = false\n");
    REQUIRE(config.has_value());
    const auto settings = engine_settings(*config, 80);
    REQUIRE(settings.has_value());
    CHECK(settings->forges.poll == minutes{5});
    CHECK(settings->forges.keep == std::chrono::days{7});
    CHECK(!settings->forges.comment);
    CHECK(settings->forges.status);
}

TEST_CASE("rules of a project are found by its name in lower case")
{
    const auto config = read_text(std::string(github) + R"(
        [projects."Acme/Shop"]
        webhook_secret = "0a1b2c3d4e5f6a7b"
        branches = ["feature/**", "!feature/wip-*"]
        base_branches = ["main"]
        labels = ["preview"]
        paths = ["web/**"]
        skip_words = ["[no preview]"]
        drafts = false
        [projects."acme/api"]
    )");
    REQUIRE_MESSAGE(config.has_value(), config.error().text());
    CHECK(config->projects.at("Acme/Shop").webhook_secret->equals("0a1b2c3d4e5f6a7b"));
    const auto settings = engine_settings(*config, 80);
    REQUIRE(settings.has_value());
    const Rules wanted{
        .branches = {"feature/**", "!feature/wip-*"},
        .base_branches = {"main"},
        .labels = {"preview"},
        .drafts = false,
        .paths = {"web/**"},
        .skip_words = {"[no preview]"}
    };
    CHECK(settings->rules.at("acme/shop") == wanted);
    CHECK(settings->rules.at("acme/api") == Rules{});
}

TEST_CASE("a wrong key of [github] or [projects] is told with its place")
{
    const std::string project = std::string(github) + "[projects.\"acme/shop\"]\n";
    CHECK(says(refusal(std::string(github) + "webhook_secrets = \"x\"\n"), "'webhook_secret'"));
    CHECK(says(refusal(std::string(github) + "poll = \"soon\"\n"), "diorama.toml:3:"));
    CHECK(says(refusal(std::string(github) + "poll = \"10ms\"\n"), "github.poll is below 1s"));
    CHECK(says(refusal(std::string(github) + "deliveries = \"0s\"\n"), "github.deliveries"));
    CHECK(says(refusal(std::string(github) + "api = \"api.github.com\"\n"), "github.api"));
    CHECK(says(refusal(std::string(github) + "web = \"ftp://x\"\n"), "github.web"));
    CHECK(says(refusal(std::string(github) + "web = \"http://git.example\"\n"), "github.web"));
    CHECK(says(refusal(std::string(github) + "web = \"https://git.example/\"\n"), "github.web"));
    CHECK(read_text(std::string(github) + "web = \"http://127.0.0.1:8000\"\n").has_value());
    CHECK(says(refusal(std::string(github) + "token = \"a b\"\n"), "github.token"));
    CHECK(says(refusal(project + "label = []\n"), "'labels'"));
    CHECK(says(refusal(project + "branches = [\"\"]\n"), "diorama.toml:4:"));
    CHECK(says(refusal(project + "paths = [\"!\"]\n"), "paths has an empty pattern"));
    CHECK(says(refusal(project + "skip_words = [\" \"]\n"), "skip_words"));
    CHECK(says(refusal("[projects.\"shop\"]\n"), "owner/name"));
    CHECK(says(refusal("[projects.\"a/b\"]\n[projects.\"A/b\"]\n"), "twice"));
    CHECK(says(
        refusal("[projects.\"a/b\"]\nwebhook_secret = \"0a1b2c3d4e5f6a7b\"\n"),
        "without github.webhook_secret"
    ));
}

TEST_CASE("one secret for two repositories would make webhooks of one those of the other (SEC-22)")
{
    const auto text = refusal(
        std::string(github) + "[projects.\"a/b\"]\nwebhook_secret = \"0a1b2c3d4e5f6a7b\"\n"
                              "[projects.\"a/c\"]\nwebhook_secret = \"0a1b2c3d4e5f6a7b\"\n"
    );
    CHECK(says(text, "projects.a/c.webhook_secret"));
    CHECK(says(text, "projects.a/b.webhook_secret"));
    CHECK(!says(text, "0a1b2c3d"));
}
