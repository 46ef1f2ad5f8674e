#include "build/pull_log.hpp"

#include <doctest/doctest.h>

using namespace diorama;

TEST_CASE("a pull is told in few lines")
{
    std::vector<std::string> lines;
    PullLog log("shop/app:1", [&](std::string line) { lines.push_back(std::move(line)); });
    log.take({.status = "Pulling from shop/app", .id = "1"});
    for (const char* id : {"a", "b", "c"})
        log.take({.status = "Pulling fs layer", .id = id});
    log.take({.status = "Already exists", .id = "c"});
    for (std::uint64_t at = 0; at <= 1024; ++at)
        log.take({.status = "Downloading", .id = "a", .current = at * 1024, .total = 1U << 20U});
    log.take({.status = "Download complete", .id = "a"});
    log.take({.status = "Pull complete", .id = "a"});
    log.take({.status = "Pull complete", .id = "b"});
    log.take({.status = "Digest: sha256:01"});
    REQUIRE(lines.size() == 15);
    CHECK(lines[0] == "shop/app:1: Pulling from shop/app");
    CHECK(lines[1] == "shop/app:1: 1 of 3 layers, 0 B of 0 B");
    CHECK(lines[2] == "shop/app:1: 1 of 3 layers, 103 KiB of 1 MiB");
    CHECK(lines[13] == "shop/app:1: 3 of 3 layers, 1 MiB of 1 MiB");
    CHECK(lines[14] == "shop/app:1: Digest: sha256:01");
}

TEST_CASE("the registry of a reference is read as the Engine reads it")
{
    CHECK(registry_of("nginx:1.27") == "docker.io");
    CHECK(registry_of("team/app") == "docker.io");
    CHECK(registry_of("index.docker.io/team/app") == "docker.io");
    CHECK(registry_of("localhost/app") == "localhost");
    CHECK(registry_of("127.0.0.1:5000/app:1") == "127.0.0.1:5000");
    CHECK(registry_of("ghcr.io/team/app@sha256:01") == "ghcr.io");
}

TEST_CASE("C08 an image that could not be had says where it was looked for and what to do")
{
    const auto denied = not_obtained(
        "ghcr.io/team/app", {Code::not_found, "pull access denied for ghcr.io/team/app", ""}
    );
    CHECK(denied.message.contains("ghcr.io/team/app is not on this machine"));
    CHECK(denied.message.contains("could not be had from ghcr.io: pull access denied"));
    CHECK(denied.mend.contains("registries.\"ghcr.io\" in diorama.toml"));
    const auto missing = not_obtained("nginx:0", {Code::not_found, "manifest unknown", ""});
    CHECK(missing.mend.contains("Check its name and tag"));
    const auto away = not_obtained("nginx", {Code::unavailable, "no route to host", ""});
    CHECK(away.code == Code::unavailable);
    CHECK(away.mend.contains("locally"));
}
