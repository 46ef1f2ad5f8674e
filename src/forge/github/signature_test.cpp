#include "base/json.hpp"
#include "forge/github/signature.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diorama;
using namespace diorama::github;

namespace {

const std::vector<WebhookSecret> secrets{
    {"webhook_secret",     Secret("It's a Secret to Everybody"), ""          },
    {"webhook_secret_old", Secret("yesterday"),                  ""          },
    {"unset",              Secret(""),                           ""          },
    {"shop",               Secret("only for the shop"),          "owner/shop"},
};

/// The name of the secret that signed, or what is said when none did.
std::string signer(std::string_view header, std::string_view body)
{
    const auto found = find_signer(secrets, header, body);
    if (found) return (*found)->name;
    CHECK(found.error().code == Code::unauthorized);
    CHECK_FALSE(found.error().mend.empty());
    return found.error().message;
}

}  // namespace

TEST_CASE("B02 the signature of GitHub's own documentation is accepted")
{
    CHECK(
        signer(
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            "Hello, World!"
        ) == "webhook_secret"
    );
}

TEST_CASE("B02 each of several secrets is known by its name, so that one can be rotated")
{
    for (const auto& one : secrets) {
        if (one.secret.empty()) continue;
        CHECK(signer(sign(one.secret, "{}"), "{}") == one.name);
    }
    CHECK(
        find_signer(secrets, sign(secrets[3].secret, "{}"), "{}").value()->repository ==
        "owner/shop"
    );
}

TEST_CASE("SEC-20 a secret that is not set signs nothing")
{
    CHECK(signer(sign(Secret(""), "{}"), "{}").contains("none of our secrets"));
    CHECK(find_signer({}, sign(Secret(""), "{}"), "{}").has_error());
}

TEST_CASE("SEC-20 what is no signature of the whole body is refused")
{
    const std::string good = sign(secrets[0].secret, "{}");
    const std::string hex = good.substr(7);

    CHECK(signer("", "{}").contains("is missing"));
    CHECK(signer("sha1=" + hex.substr(0, 40), "{}").contains("no 'sha256='"));
    CHECK(signer("SHA256=" + hex, "{}").contains("no 'sha256='"));
    CHECK(signer(hex, "{}").contains("no 'sha256='"));
    CHECK(signer("sha256=", "{}").contains("64 hex"));
    CHECK(signer("sha256=" + hex.substr(1), "{}").contains("64 hex"));
    CHECK(signer(good + "0", "{}").contains("64 hex"));
    CHECK(signer(good + ", " + good, "{}").contains("64 hex"));
    CHECK(signer(" " + good, "{}").contains("no 'sha256='"));
    CHECK(signer("sha256=" + std::string(63, 'a') + '\0', "{}").contains("lower-case"));

    for (std::size_t i = 7; i < good.size(); ++i) {
        std::string wrong = good;
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        CHECK(signer(wrong, "{}").contains("none of our secrets"));
    }
    CHECK(signer(good, "{} ").contains("none of our secrets"));
    CHECK(signer(good, "").contains("none of our secrets"));
}

TEST_CASE("SEC-20 upper-case hex is refused, since GitHub never writes it")
{
    std::string header = sign(secrets[0].secret, "{}");
    for (char& c : header)
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    CHECK(signer("sha256=" + header.substr(7), "{}") != "webhook_secret");
}

TEST_CASE("SEC-20 the bytes are signed, not their meaning: the same JSON written anew is refused")
{
    const std::string body = R"({"a":"é<>&","b":1.50,"c": "x"})";
    const std::string header = sign(secrets[0].secret, body);
    CHECK(signer(header, body) == "webhook_secret");
    for (const std::string_view same : {
             R"({"a":"\u00e9<>&","b":1.50,"c": "x"})",
             R"({"a":"é\u003c>&","b":1.50,"c": "x"})",
             R"({"a":"é<>&","b":1.5,"c": "x"})",
             R"({"a":"é<>&","b":1.50,"c": "x","c": "x"})",
         })
        CHECK(signer(header, same).contains("none of our secrets"));
    CHECK(signer(header, write_json(*parse_json(body))).contains("none of our secrets"));
}

TEST_CASE("SEC-20 no error tells a secret")
{
    for (const auto& one : secrets) {
        if (one.secret.empty()) continue;
        const auto said = find_signer(secrets, sign(Secret("x"), "{}"), "{}").error().text();
        CHECK_FALSE(said.contains(one.secret.reveal()));
        CHECK_FALSE(said.contains(sign(one.secret, "{}").substr(7)));
    }
}
