#include "model/labels.hpp"
#include "tests/support/hostile.hpp"

#include <doctest/doctest.h>

using namespace diorama;

namespace {

Ownership john()
{
    InstallationId installation;
    installation.value.bytes[0] = 1;
    Project project;
    project.slug = "john-shop";
    project.name = "john/shop";
    Environment environment;
    environment.id.value.bytes[0] = 2;
    environment.identity = {.kind = Kind::pull_request, .key = "123"};
    environment.pull_request = 123;
    environment.slug = "john-shop-pr-123";
    environment.wanted.generation = 4;
    return ownership(installation, project, environment, "api");
}

}  // namespace

TEST_CASE("E04: a container carries whose it is, in our words and in those of the others")
{
    const auto all = labels(john());
    CHECK(all.at("diorama.managed") == "true");
    CHECK(all.at("diorama.installation") == "01000000-0000-0000-0000-000000000000");
    CHECK(all.at("diorama.environment") == "02000000-0000-0000-0000-000000000000");
    CHECK(all.at("diorama.generation") == "4");
    CHECK(all.at("diorama.service") == "api");
    CHECK(all.at("diorama.project") == "john-shop");
    CHECK(all.at("diorama.pr") == "123");
    CHECK(all.at("diorama.owner") == "john");
    CHECK(all.at("previewcloud.managed") == "true");
    CHECK(all.at("previewcloud.pr") == "123");
    CHECK(all.at("previewcloud.service") == "api");
    CHECK(all.at("previewcloud.owner") == "john");
    CHECK(all.at("previewcloud.previewId") == "pr-123");
    CHECK(all.at("com.aixigo.preview.servant.app-name") == "john-shop-pr-123");
    CHECK(all.at("com.aixigo.preview.servant.service-name") == "api");
    CHECK(all.at("com.aixigo.preview.servant.container-type") == "instance");
}

TEST_CASE("an image says which installation built it, and names no environment: others use it too")
{
    InstallationId installation;
    installation.value.bytes[0] = 1;
    Project project;
    project.slug = "john-shop";
    const std::map<std::string, std::string> expected{
        {"diorama.managed",      "true"                                },
        {"diorama.installation", "01000000-0000-0000-0000-000000000000"},
        {"diorama.project",      "john-shop"                           }
    };
    CHECK(image_labels(installation, project) == expected);
}

TEST_CASE("networks and volumes carry our labels only")
{
    auto whose = john();
    whose.service.clear();
    whose.pull_request.reset();
    for (const auto& [key, value] : labels(whose)) {
        CAPTURE(key);
        CHECK(key.starts_with("diorama."));
        CHECK(key != "diorama.service");
        CHECK(key != "diorama.pr");
    }
}

TEST_CASE("SEC-14: every label that Diorama writes is one a repository may not write")
{
    for (const auto& [key, value] : labels(john())) {
        CAPTURE(key);
        CHECK(is_reserved_label(key));
    }
}

TEST_CASE("SEC-14: a repository cannot give orders to proxies, and no spelling gets round it")
{
    for (const std::string_view key :
         {"traefik.enable",
          "Traefik.HTTP.routers.x.rule",
          " traefik.enable",
          "traefik\t.enable",
          "tra\nefik.enable",
          "caddy",
          "caddy_0.reverse_proxy",
          "com.docker.compose.project",
          "ofelia.job-local.x.command",
          "com.centurylinklabs.watchtower.enable",
          "DIORAMA.environment",
          "diorama",
          "io.kubernetes.pod.name"}) {
        CAPTURE(key);
        CHECK(is_reserved_label(key));
    }
}

TEST_CASE("labels of a repository's own stay its own")
{
    for (const std::string_view key :
         {"org.opencontainers.image.source",
          "com.example.team",
          "maintainer",
          "dioramas.count",
          "caddyshack",
          "my.traefik.enable",
          ""}) {
        CAPTURE(key);
        CHECK_FALSE(is_reserved_label(key));
    }
}

TEST_CASE("SEC-02: an owner's name is a label's value without a character that could hurt")
{
    for (const auto& text : hostile_texts()) {
        CAPTURE(text);
        auto whose = john();
        whose.owner = text;
        const auto value = labels(whose).at("diorama.owner");
        CHECK(
            value.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos
        );
    }
}
