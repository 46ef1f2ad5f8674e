#include "model/hosts.hpp"
#include "model/naming.hpp"
#include "tests/support/hostile.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <set>

using namespace diorama;

namespace {

constexpr std::string_view domain = "preview.example.com";

struct World {
    Project project;
    Environment environment;
    std::set<PublicAddress> rows;

    World(std::string name, Kind kind, std::string key)
    {
        project.name = std::move(name);
        project.slug = project_slug(project.name);
        environment.identity = {.kind = kind, .key = std::move(key)};
        environment.slug = environment_slug(project.slug, kind, environment.identity.key);
    }

    std::optional<PublicAddress> claim(Shape shape, std::string_view service, bool main = true)
    {
        const auto taken = [&](const PublicAddress& a) { return rows.contains(a); };
        const auto found = address(
            shape,
            {.project = project, .environment = environment, .service = service, .main = main},
            domain,
            taken
        );
        if (found) CHECK(rows.insert(*found).second);
        return found;
    }
    std::string text(Shape shape, std::string_view service, bool main = true)
    {
        const auto found = claim(shape, service, main);
        return found ? found->host + found->path : "nothing";
    }
};

constexpr std::array shapes{
    Shape::flat,
    Shape::preview_cloud,
    Shape::preview_deployer,
    Shape::prevant,
    Shape::ephemera,
    Shape::bare,
};

bool is_host(const std::string& host)
{
    static const std::regex valid{"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
                                  "(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"};
    return host.size() <= 253 && std::regex_match(host, valid);
}

}  // namespace

TEST_CASE("F03 F06: by default a service is one label under the domain")
{
    World world("myorg/myapp", Kind::pull_request, "12");
    CHECK(world.text(Shape::flat, "web") == "myorg-myapp-pr-12.preview.example.com/");
    CHECK(world.text(Shape::flat, "api", false) == "myorg-myapp-pr-12-api.preview.example.com/");
}

TEST_CASE("branches, commits and named environments have addresses alike")
{
    CHECK(
        World("shop", Kind::branch, "Feature/X").text(Shape::flat, "web") ==
        "shop-branch-feature-x.preview.example.com/"
    );
    CHECK(
        World("shop", Kind::named, "demo").text(Shape::flat, "web") ==
        "shop-demo.preview.example.com/"
    );
    CHECK(
        World("john/shop", Kind::branch, "main").text(Shape::preview_cloud, "api") ==
        "branch-main-john.api.preview.example.com/"
    );
}

TEST_CASE("F01: PreviewCloud's shape puts the service between scene and domain")
{
    World world("john/shop", Kind::pull_request, "123");
    CHECK(world.text(Shape::preview_cloud, "api", false) == "pr-123-john.api.preview.example.com/");
}

TEST_CASE("F02: preview-deployer's shape is a path for the main service")
{
    World world("myorg/myapp", Kind::pull_request, "12");
    CHECK(world.text(Shape::preview_deployer, "web") == "preview.example.com/myorg-myapp/pr-12/");
    CHECK(world.text(Shape::preview_deployer, "api", false) == "nothing");
}

TEST_CASE("F04 F06: one label for the pull request, with or without its repository")
{
    World world("myorg/myapp", Kind::pull_request, "123");
    CHECK(world.text(Shape::bare, "web") == "pr-123.preview.example.com/");
    CHECK(world.text(Shape::ephemera, "web") == "pr-123-myapp.preview.example.com/");
    CHECK(world.text(Shape::ephemera, "api", false) == "nothing");
}

TEST_CASE("F05: PREvant's shape is a path of environment and service")
{
    World world("shop", Kind::pull_request, "7");
    CHECK(world.text(Shape::prevant, "web") == "preview.example.com/shop-pr-7/web/");
    CHECK(world.text(Shape::prevant, "api", false) == "preview.example.com/shop-pr-7/api/");
}

TEST_CASE("shapes that share an origin are known as such")
{
    for (const Shape shape : shapes) {
        const auto found = World("a/b", Kind::pull_request, "1").claim(shape, "web");
        CHECK(is_path_shape(shape) == (found->host == domain));
        CHECK(*shape_named(name(shape)) == shape);
    }
    CHECK(shape_named("FLAT").error().code == Code::invalid);
}

TEST_CASE("a service called like another pull request does not take its address")
{
    World world("a", Kind::pull_request, "7");
    CHECK(world.text(Shape::flat, "web") == "a-pr-7.preview.example.com/");
    // Project `a-pr-7`, named `x`, and project `a`, pull request 7, service `x`.
    World other("a-pr-7", Kind::named, "x");
    other.environment.id.value.bytes[0] = 9;
    other.rows = world.rows;
    CHECK(other.text(Shape::flat, "web") == "a-pr-7-x.preview.example.com/");
    world.rows = other.rows;
    const auto later = world.text(Shape::flat, "x", false);
    CHECK(std::regex_match(later, std::regex("a-pr-7-x-[0-9a-f]{8}\\.preview\\.example\\.com/")));
}

TEST_CASE("two repositories with the same pull request number keep apart in the shortest shape")
{
    World one("a/b", Kind::pull_request, "7");
    CHECK(one.text(Shape::bare, "web") == "pr-7.preview.example.com/");
    World two("c/d", Kind::pull_request, "7");
    two.environment.id.value.bytes[0] = 9;
    two.rows = one.rows;
    CHECK(std::regex_match(
        two.text(Shape::bare, "web"), std::regex("pr-7-[0-9a-f]{8}\\.preview\\.example\\.com/")
    ));
}

TEST_CASE("an environment called www does not get Diorama's own host")
{
    const auto text = World("shop", Kind::named, "www").text(Shape::bare, "web");
    CHECK(text.starts_with("www-"));
}

TEST_CASE(
    "SEC-01 SEC-02: whatever strangers wrote, hosts are valid, short enough and never two dots"
)
{
    for (const auto& text : hostile_texts()) {
        CAPTURE(text);
        for (const Kind kind : {Kind::pull_request, Kind::branch, Kind::commit, Kind::named}) {
            World world(text + "/" + text, kind, text);
            for (const Shape shape : shapes) {
                const auto found = world.claim(shape, text);
                REQUIRE(found);
                CHECK(is_host(found->host));
                CHECK(found->host.ends_with(domain));
                CHECK(std::regex_match(found->path, std::regex("/([a-z0-9-]+/)*")));
            }
        }
    }
}

TEST_CASE("F06: a URL shows its port only where it is not the usual one")
{
    const PublicAddress main{.host = "shop-pr-7.localhost"};
    CHECK(url(main, {"http", 8080}) == "http://shop-pr-7.localhost:8080/");
    CHECK(url(main, {"http", 80}) == "http://shop-pr-7.localhost/");
    CHECK(url(main, {"https", 443}) == "https://shop-pr-7.localhost/");
    CHECK(url(main, {"https", 80}) == "https://shop-pr-7.localhost:80/");
    const PublicAddress path{.host = "example.com", .path = "/shop/pr-7/"};
    CHECK(url(path, {"https", 443}) == "https://example.com/shop/pr-7/");
}

TEST_CASE("SEC-02: a domain is a plain domain, or the error says what to write")
{
    CHECK(*check_domain("localhost") == "localhost");
    CHECK(*check_domain("Preview.Example.COM") == "preview.example.com");
    CHECK(*check_domain("xn--bcher-kva.example") == "xn--bcher-kva.example");
    for (const std::string_view wrong :
         {"",
          ".",
          "a..b",
          "a.b.",
          ".a",
          "*.example.com",
          "https://example.com",
          "example.com:8080",
          "exa mple.com",
          "-a.com",
          "a-.com",
          "bücher.example",
          "10.0.0.1",
          "a\n.com",
          "{slug}.com"}) {
        CAPTURE(wrong);
        const auto checked = check_domain(wrong);
        REQUIRE(checked.has_error());
        CHECK(checked.error().code == Code::invalid);
        CHECK(checked.error().mend.find("preview.example.com") != std::string::npos);
        CHECK(checked.error().message.find('\n') == std::string::npos);
    }
    CHECK(check_domain(std::string(64, 'a') + ".com").has_error());
    std::string longest = "a";
    while (longest.size() < 125)
        longest += ".a";
    CHECK(check_domain(longest).has_value());
    CHECK(check_domain(longest + ".a").has_error());
}
