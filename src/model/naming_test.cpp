#include "model/naming.hpp"
#include "tests/support/hostile.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <set>

using namespace diorama;

namespace {

const std::regex ldh{"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"};
const std::regex container{"[a-zA-Z0-9][a-zA-Z0-9_.-]+"};
// distribution/reference: path components, then a tag.
const std::regex image{"[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*"
                       ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"};
const std::regex database{"[a-z0-9_]{1,63}"};

bool is_label(const std::string& text)
{
    return std::regex_match(text, ldh) && text.find("--") == std::string::npos;
}

Environment environment(std::string slug, std::uint8_t id = 1)
{
    Environment made;
    made.id.value.bytes[15] = id;
    made.slug = std::move(slug);
    return made;
}

constexpr std::array kinds{Kind::pull_request, Kind::branch, Kind::commit, Kind::named};

}  // namespace

TEST_CASE("F03: a project's slug is its owner and name")
{
    CHECK(project_slug("myorg/myapp") == "myorg-myapp");
    CHECK(project_slug("My-Org/My_App") == "my-org-my-app");
    CHECK(project_slug("group/sub/app.git") == "group-sub-app");
    CHECK(project_slug("shop") == "shop");
}

TEST_CASE("a project called like one of Diorama's own paths gets a hash")
{
    for (const std::string_view word : {"api", "webhooks", "WWW", "health"}) {
        const auto slug = project_slug(word);
        CHECK_FALSE(is_reserved_word(slug));
        CHECK(slug.size() == word.size() + 9);
    }
}

TEST_CASE("each kind of environment says in its name what it is")
{
    CHECK(scene_label(Kind::pull_request, "7") == "pr-7");
    CHECK(scene_label(Kind::branch, "feature/login") == "branch-feature-login");
    CHECK(
        scene_label(Kind::commit, "0123456789abcdef0123456789abcdef01234567") ==
        "commit-0123456789ab"
    );
    CHECK(scene_label(Kind::named, "Demo") == "demo");
    CHECK(environment_slug("shop", Kind::pull_request, "7") == "shop-pr-7");
    CHECK(environment_slug("shop", Kind::named, "demo") == "shop-demo");
}

TEST_CASE("B10 SEC-01 SEC-02: any text gives a label that DNS takes, and the same one each time")
{
    for (const auto& text : hostile_texts()) {
        CAPTURE(text);
        CHECK(is_label(label(text)));
        CHECK(is_label(label(text, 16)));
        CHECK(label(text, 16).size() <= 16);
        CHECK(label(text) == label(std::string(text)));
        CHECK(is_label(project_slug(text)));
        CHECK(project_slug(text).size() <= 40);
        for (const Kind kind : kinds) {
            CHECK(is_label(scene_label(kind, text)));
            CHECK(is_label(environment_slug(project_slug(text), kind, text)));
        }
    }
}

TEST_CASE("SEC-01 SEC-02: any text gives names that Docker, Kubernetes and databases take")
{
    for (const auto& text : hostile_texts()) {
        CAPTURE(text);
        const auto somewhere = environment(environment_slug("shop", Kind::branch, text));
        Project project;
        project.name = text;
        for (const Kind kind : kinds) {
            const auto name = container_name({.kind = kind, .key = text}, text, "a1b2c3d4");
            CHECK(std::regex_match(name, container));
            CHECK(name.size() <= 63);
            CHECK(name.ends_with("-a1b2c3d4"));
            CHECK(is_label(namespace_name(project, kind, text)));
            CHECK(std::regex_match(
                database_name(default_database_template, "shop", kind, text), database
            ));
        }
        CHECK(is_label(network_name(somewhere, text)));
        CHECK(is_label(volume_name(somewhere, text)));
        CHECK(std::regex_match(image_name(text, text, text), image));
        CHECK(std::regex_match(bridge_name(somewhere.id, text), std::regex("dio[0-9a-f]{12}")));
    }
}

TEST_CASE("a long name is cut and keeps apart what is only different behind the cut")
{
    const std::string stem(80, 'a');
    CHECK(label(stem + "1") != label(stem + "2"));
    CHECK(label(stem + "1").size() == label_limit);
    CHECK(label(stem + "1").starts_with(std::string(54, 'a') + "-"));
    CHECK(label(std::string(63, 'a')) == std::string(63, 'a'));
    CHECK(
        environment_slug(std::string(40, 'p'), Kind::branch, stem) !=
        environment_slug(std::string(40, 'p'), Kind::branch, stem + "x")
    );
}

TEST_CASE("a cut never leaves two dashes")
{
    for (std::size_t i = 40; i < 60; ++i) {
        const auto text = std::string(i, 'a') + "-" + std::string(40, 'b');
        CAPTURE(i);
        CHECK(is_label(label(text)));
        CHECK(is_label(hashed_label(label(text), text)));
    }
}

TEST_CASE("an IDNA name of a stranger is not one of ours")
{
    CHECK(label("xn--80ak6aa92e") == "xn-80ak6aa92e");
}

TEST_CASE("the first keeps the plain name, a later one that would collide gets a hash")
{
    std::set<std::string, std::less<>> rows;
    const auto taken = [&](std::string_view name) { return rows.contains(name); };
    const auto claim = [&](std::string_view name) {
        const auto slug = unique_label(project_slug(name), name, taken, 40);
        CHECK(rows.insert(slug).second);
        return slug;
    };
    CHECK(claim("a-b/c") == "a-b-c");
    const auto second = claim("a/b-c");
    CHECK(std::regex_match(second, std::regex("a-b-c-[0-9a-f]{8}")));
    CHECK(claim("a_b/c") != second);
}

TEST_CASE("a hash that is taken too is made anew")
{
    std::set<std::string, std::less<>> rows{"shop", hashed_label("shop", "me/shop")};
    const auto taken = [&](std::string_view name) { return rows.contains(name); };
    const auto name = unique_label("shop", "me/shop", taken);
    CHECK_FALSE(rows.contains(name));
    CHECK(name.starts_with("shop-"));
    CHECK_THROWS(unique_label("shop", "me/shop", [](std::string_view) { return true; }));
}

TEST_CASE("E03: a container is called after its pull request and service")
{
    const Identity who{.kind = Kind::pull_request, .key = "123"};
    CHECK(container_name(who, "api", "a1b2c3d4") == "pr-123-api-a1b2c3d4");
    const Identity branch{.kind = Kind::branch, .key = "main"};
    CHECK(container_name(branch, "api", "a1b2c3d4") == "branch-main-api-a1b2c3d4");
}

TEST_CASE("E13: a namespace is called after its pull request and at most 20 of its repository")
{
    Project project;
    project.name = "me/myapp";
    CHECK(namespace_name(project, Kind::pull_request, "123") == "pr-123-myapp");
    project.name = "me/My_App";
    CHECK(namespace_name(project, Kind::pull_request, "123") == "pr-123-my-app");
    project.name = "me/a-repository-whose-name-is-long";
    CHECK(namespace_name(project, Kind::pull_request, "7") == "pr-7-a-repository-whose-n");
}

TEST_CASE("volumes of one scene, of two scenes and of two installations never share a name")
{
    const auto here = environment("shop-pr-7", 1);
    const auto there = environment("shop-pr-7", 2);
    const std::set<std::string> names{
        volume_name(here, "a_b"),
        volume_name(here, "a-b"),
        volume_name(there, "a-b"),
        network_name(here, "a-b"),
        volume_name(environment("shop"), "pr-7-a-b"),
    };
    CHECK(names.size() == 5);
    CHECK(volume_name(here, "data").starts_with("diorama-shop-pr-7-data-"));
    CHECK(bridge_name(here.id, "default") != bridge_name(there.id, "default"));
    CHECK(bridge_name(here.id, "default") != bridge_name(here.id, "back"));
}

TEST_CASE("an image is called after its project, service and content")
{
    CHECK(image_name("myorg-myapp", "api", "abc123") == "diorama/myorg-myapp/api:abc123");
    const std::string key(64, 'f');
    CHECK(image_name("shop", "Web_Front", key) == "diorama/shop/web-front:" + key);
}

TEST_CASE("D06: a database is called after its project and pull request, or as configured")
{
    const auto named = [](std::string_view form, Kind kind, std::string_view key) {
        return database_name(form, "myorg-myapp", kind, key);
    };
    CHECK(named(default_database_template, Kind::pull_request, "123") == "myorg_myapp_pr_123_db");
    CHECK(named(default_database_template, Kind::branch, "main") == "myorg_myapp_branch_main_db");
    CHECK(named("pr_{n}_db", Kind::pull_request, "123") == "pr_123_db");
    CHECK(named("{slug}-{n}", Kind::pull_request, "123") == "myorg_myapp_123");
}

TEST_CASE("D06: a template under which databases would collide is refused, and says how to mend it")
{
    CHECK(check_database_template(default_database_template, 50).has_value());
    CHECK(check_database_template("pr_{n}_db", 1).has_value());
    CHECK(check_database_template("pr_{n}_db", 2).error().code == Code::invalid);
    CHECK(check_database_template("{slug}_db", 1).error().code == Code::invalid);
    CHECK(check_database_template("pr_{n}_db", 2).error().mend.find("{slug}") != std::string::npos);
}
