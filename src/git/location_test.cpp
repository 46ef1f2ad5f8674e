#include "git/location.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diorama;
using git::AllowedLocations;
using git::Location;

namespace {

constexpr AllowedLocations everything{.local = true, .plain_http = true, .git = true};

std::string canonical(std::string_view text)
{
    const auto parsed = Location::parse(text, everything);
    return parsed ? parsed->text() : parsed.error().text();
}

}  // namespace

TEST_CASE("a repository is found under every form of address people use")
{
    CHECK(canonical("https://github.com/Owner/Name.git") == "https://github.com/Owner/Name.git");
    CHECK(canonical("HTTPS://GitHub.com:443/owner/name/") == "https://github.com/owner/name");
    CHECK(canonical("https://git.example:8443/a/b/c") == "https://git.example:8443/a/b/c");
    CHECK(canonical("https://dev.example/a/my%20repo") == "https://dev.example/a/my%20repo");
    CHECK(canonical("ssh://git@host.example:22/owner/name") == "ssh://git@host.example/owner/name");
    CHECK(canonical("ssh://git@[2001:DB8::1]:2222/x") == "ssh://git@[2001:db8::1]:2222/x");
    CHECK(canonical("git@github.com:owner/name.git") == "git@github.com:owner/name.git");
    CHECK(canonical("git@host:/srv/name") == "ssh://git@host/srv/name");
    CHECK(canonical("host.example:name") == "host.example:name");
    CHECK(canonical("git://host/name") == "git://host/name");
    CHECK(canonical("http://host:80/name") == "http://host/name");
    CHECK(canonical("/srv/my shop (old)/shop.git/") == "/srv/my shop (old)/shop.git");
    CHECK(canonical("file:///srv/shop") == "/srv/shop");
}

TEST_CASE("SEC-04 an address that could do more than name a repository is turned away")
{
    const std::vector<std::string> hostile{
        "",
        "-oProxyCommand=touch pwned",
        "--upload-pack=touch pwned",
        "--config",
        "ext::sh -c touch% pwned",
        "ext::/bin/true",
        "fd::17",
        "transport::https://host/x",
        "ssh://-oProxyCommand=touch/x",
        "ssh://-oProxyCommand=x@host/x",
        "ssh://git@-host/x",
        "ssh://git@host:-p/x",
        "ssh://git@host:0/x",
        "ssh://git@host:99999/x",
        "ssh://git@host/-x",
        "ssh://host",
        "git@host:-x",
        "git@host:",
        "git@-host:x",
        "-git@host:x",
        "git@host:a/../../b",
        "git@host:a//b",
        "https://host/../x",
        "https://host/a/%2e%2e/x",
        "https://host/a%2fb",
        "https://host/a%0ab",
        "https://host/a%zz",
        "https://host/a%4",
        "https://host/a?upload-pack=x",
        "https://host/a#b",
        "https://host/$(id)",
        "https://host/`id`",
        "https://host/a b",
        "https://host/a;b",
        "https://ho st/a",
        "https:///a",
        "https://host",
        "https://ho\nst/a",
        std::string("https://host/a\0b", 16),
        "https://host/\xe2\x80\xae",
        "ftp://host/a",
        "javascript://host/a",
        "relative/path",
        "../up",
        ".",
        "C:\\repo",
        "host:.git",
        "host:/.git",
        "/.git",
        "/srv/../etc",
        "/srv/./a",
        "/srv/-a",
        "/",
        "/srv\n/x",
        "file://host/srv",
        "file:///srv/%2e%2e",
        "https://host/" + std::string(3000, 'a')
    };
    for (const auto& text : hostile) {
        CAPTURE(text);
        CHECK(Location::parse(text, everything).has_error());
    }
}

TEST_CASE("SEC-04 the daemon's own disk and unproven protocols need a permission")
{
    for (const auto text : {"/srv/shop", "file:///srv/shop", "http://host/x", "git://host/x"}) {
        CAPTURE(text);
        const auto parsed = Location::parse(text);
        CHECK(parsed.error().code == Code::refused);
        CHECK_FALSE(parsed.error().mend.empty());
    }
    CHECK(Location::parse("/srv/shop", {.local = true}).has_value());
    CHECK(Location::parse("http://host/x", {.local = true}).has_error());
}

TEST_CASE("credentials in an address are refused and not repeated")
{
    for (const auto text :
         {"https://ada:s3cret@host/x", "https://s3cret@host/x", "ssh://git:s3cret@host/x"}) {
        const auto error = Location::parse(text).error();
        CHECK(error.code == Code::refused);
        CHECK_FALSE(error.text().contains("s3cret"));
        CHECK(error.mend.contains("configuration"));
    }
    CHECK_FALSE(Location::parse("https://ada:s3cret@ho st/x").error().text().contains("s3cret"));
}

TEST_CASE("a repository has an owner, a name, and one id with or without its suffix")
{
    const auto with = Location::parse("https://github.com/owner/shop.git").value();
    const auto without = Location::parse("https://github.com/owner/shop").value();
    CHECK(with.owner() == "owner");
    CHECK(with.name() == "shop");
    CHECK(with.id().size() == 32);
    CHECK(with.id() == without.id());
    CHECK(with.id() != Location::parse("https://github.com/owner/shop2").value().id());
    const auto working = Location::parse("/home/ada/shop/.git", everything).value();
    CHECK(working.name() == "shop");
    CHECK(working.owner() == "ada");
    CHECK(Location::parse("host:shop").value().owner().empty());
}
