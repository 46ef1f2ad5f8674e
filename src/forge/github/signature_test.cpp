#include "base/json.hpp"
#include "forge/github/signature.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <fstream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

using namespace diorama;
using namespace diorama::github;

namespace {

/// What was given to OpenSSL's comparison in constant time, since the last look.
std::vector<std::pair<std::string, std::string>> compared;

}  // namespace

// Stands in this program for the one of libcrypto.
extern "C" int CRYPTO_memcmp(const void* a, const void* b, std::size_t size)
{
    const auto* left = static_cast<const char*>(a);
    const auto* right = static_cast<const char*>(b);
    compared.emplace_back(std::string(left, size), std::string(right, size));
    int differs = 0;
    for (std::size_t i = 0; i < size; ++i)
        differs |= left[i] ^ right[i];
    return differs;
}

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

TEST_CASE("SEC-24 each secret's whole signature is compared in constant time, whatever was sent")
{
    std::vector<std::string> expected;
    for (const auto& one : secrets)
        if (!one.secret.empty()) expected.push_back(sign(one.secret, "{}"));
    std::vector<std::string> sent = expected;
    for (std::size_t at = 7; at < 71; ++at) {
        std::string wrong = expected[0];
        wrong[at] = wrong[at] == '0' ? '1' : '0';
        sent.push_back(wrong);
    }
    for (const std::string& header : sent) {
        CAPTURE(header);
        compared.clear();
        (void)find_signer(secrets, header, "{}");
        // No fewer when the first one matches, and none of them shorter than all 71 characters.
        REQUIRE(compared.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CHECK(compared[i].first == expected[i]);
            CHECK(compared[i].second == header);
        }
    }
}

TEST_CASE("SEC-24 nothing else looks at the signature that would be right")
{
    std::ifstream in(DIORAMA_SOURCE_DIR "/src/forge/github/signature.cpp");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto at = text.find("const std::string expected");
    REQUIRE(at != text.npos);
    text = text.substr(at, text.find("return signer;", at) - at);
    const std::regex look(R"re(\bexpected\b[^;]*;)re");
    std::vector<std::string> uses;
    for (std::sregex_iterator it(text.begin(), text.end(), look), end; it != end; ++it)
        uses.push_back(it->str());
    REQUIRE(uses.size() == 2);
    CHECK(uses[0] == "expected = sign(one.secret, body);");
    CHECK(uses[1] == "expected.data(), header.data(), expected.size()) == 0;");
}
