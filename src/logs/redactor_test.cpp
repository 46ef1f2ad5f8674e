#include "base/random.hpp"
#include "logs/encodings.hpp"
#include "logs/redactor.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace diorama;
using namespace std::string_literals;

namespace {

std::shared_ptr<const SecretSet> knowing(std::vector<std::pair<std::string, std::string>> values)
{
    std::vector<NamedSecret> secrets;
    for (auto& [name, value] : values)
        secrets.push_back({name, Secret(value)});
    return std::make_shared<const SecretSet>(secrets);
}

std::string clean(const std::shared_ptr<const SecretSet>& secrets, std::string_view text)
{
    return redacted(secrets, text);
}

std::string shaped(std::string_view text)
{
    return clean(knowing({}), text);
}

/// Base64 as RFC 4648 draws it, written for this test on its own.
std::string base64(std::string_view text, bool url)
{
    const std::string_view alphabet =
        url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group =
                group << 8U | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0);
        for (std::size_t j = 0; j < 4; ++j) {
            const bool padding = i + j > text.size();
            out.push_back(padding ? '=' : alphabet[group >> (18 - 6 * j) & 63U]);
        }
    }
    return out;
}

const std::string sentinel = "S3nt/nel \"p@ss\"+<wörd>&?~";

}  // namespace

TEST_CASE("SEC-60 G13: a known secret is never shown, and its name is")
{
    const auto known = knowing({
        {"DB_PASSWORD", "hunter22"}
    });
    CHECK(
        clean(known, "password is hunter22, keep it\n") ==
        "password is [secret DB_PASSWORD], keep it\n"
    );
    CHECK(clean(known, "hunter22hunter22") == "[secret DB_PASSWORD][secret DB_PASSWORD]");
    CHECK(clean(known, "hunter2 hunter 22") == "hunter2 hunter 22");
}

TEST_CASE(
    "SEC-60: a secret is found as JSON, in a URL, in hex and in base64 at any place (complaint 36)"
)
{
    const auto known = knowing({
        {"KEY", sentinel}
    });
    const auto hides = [&](const std::string& text) {
        CAPTURE(text);
        const auto out = clean(known, "before " + text + " after\n");
        CHECK(out.find("[secret KEY]") != std::string::npos);
        CHECK(out.starts_with("before "));
        CHECK(out.ends_with(" after\n"));
        // Nothing of length four of the secret's text stays.
        for (std::size_t i = 0; i + 4 <= text.size(); ++i) {
            const auto piece = text.substr(i, 4);
            if (out.find(piece) != std::string::npos) CHECK(i + 4 > text.size() - 4);
        }
    };
    hides(sentinel);
    hides(R"(S3nt/nel \"p@ss\"+<wörd>&?~)");                      // JavaScript
    hides(R"(S3nt\/nel \"p@ss\"+<w\u00f6rd>&?~)");                // PHP
    hides(R"(S3nt/nel \"p@ss\"+\u003cwörd\u003e\u0026?~)");       // Go
    hides(R"(S3nt/nel \"p@ss\"+<w\u00f6rd>&?~)");                 // Python
    hides(R"(S3nt/nel \"p@ss\"+<w\u00F6rd>&?~)");                 // Jackson
    hides("S3nt%2Fnel%20%22p%40ss%22%2B%3Cw%C3%B6rd%3E%26%3F~");  // encodeURIComponent
    hides("S3nt/nel%20%22p@ss%22+%3Cw%C3%B6rd%3E&?~");            // encodeURI
    hides("S3nt/nel%20%22p%40ss%22%2B%3Cw%C3%B6rd%3E%26%3F~");    // Python's quote
    hides("S3nt%2Fnel+%22p%40ss%22%2B%3Cw%C3%B6rd%3E%26%3F%7E");  // HTML form
    hides("S3nt%2fnel%20%22p%40ss%22%2b%3cw%c3%b6rd%3e%26%3f~");
    hides("53336e742f6e656c202270407373222b3c77c3b672643e263f7e");
    hides("53336E742F6E656C202270407373222B3C77C3B672643E263F7E");
}

TEST_CASE("SEC-60: base64 hides a secret wherever it stands in the encoded text")
{
    const auto known = knowing({
        {"KEY", sentinel}
    });
    for (const bool url : {false, true}) {
        for (std::size_t before = 0; before < 7; ++before) {
            for (std::size_t after = 0; after < 4; ++after) {
                const auto text =
                    base64(std::string(before, 'u') + sentinel + std::string(after, ':'), url);
                CAPTURE(text);
                const auto out = clean(known, text);
                CHECK(out.find("[secret KEY]") != std::string::npos);
                // What is left belongs to what stood around it, a shared character at each side.
                const auto left = out.size() - "[secret KEY]"s.size();
                CHECK(left <= (before + after) * 4 / 3 + 6);
            }
        }
    }
}

TEST_CASE("SEC-60: a secret split across pieces, at any place, is found as if in one")
{
    const auto known = knowing({
        {"KEY",   sentinel  },
        {"OTHER", "hunter22"}
    });
    const auto text = "a " + sentinel + " b hunter22\nhunter2" + base64("x" + sentinel, false) +
                      "\nAuthorization: Bearer abcdefgh\nend https://me:pass@host/ hunter2";
    const auto expected = clean(known, text);
    CHECK(expected.find("pass@") == std::string::npos);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        Redactor redactor(known);
        std::string out;
        redactor.feed(std::string_view(text).substr(0, cut), out);
        redactor.feed(std::string_view(text).substr(cut), out);
        redactor.finish(out);
        CHECK(out == expected);
    }
    Redactor bytewise(known);
    std::string out;
    for (const char c : text)
        bytewise.feed(std::string_view(&c, 1), out);
    bytewise.finish(out);
    CHECK(out == expected);
    CHECK_FALSE(bytewise.holds());
}

TEST_CASE("SEC-60: a secret that a line break divides is found, and the lines stay")
{
    const std::string key(100, 'k');
    const auto known = knowing({
        {"KEY",  sentinel},
        {"LONG", key     }
    });
    const auto encoded = base64("xy" + sentinel + sentinel + sentinel, false);
    const auto wrapped = encoded.substr(0, 76) + "\n" + encoded.substr(76) + "\nnext\n";
    const auto out = clean(known, wrapped);
    CHECK(out.find("[secret KEY]") != std::string::npos);
    CHECK(std::ranges::count(out, '\n') == 3);
    CHECK(out.ends_with("\nnext\n"));
    CHECK(clean(known, key.substr(0, 60) + "\r\n" + key.substr(60) + "!") == "[secret LONG]\r\n!");
    CHECK(clean(known, "S3nt\0/nel \"p@ss\"+<wörd>&?~"s) == "[secret KEY]");
}

TEST_CASE("SEC-60: a secret of several lines is hidden whole, escaped, and line by line")
{
    const std::string key = "-----BEGIN THING-----\nMIIEvQIBADANBgkqhkiG\nAoIBAQC7VJTUt9Us8cKj\n"
                            "-----END THING-----\n";
    const auto known = knowing({
        {"KEY", key}
    });
    CHECK(clean(known, key) == "[secret KEY]\n\n\n\n");
    CHECK(clean(known, "x MIIEvQIBADANBgkqhkiG y") == "x [secret KEY] y");
    CHECK(
        clean(
            known,
            R"({"key":"-----BEGIN THING-----\nMIIEvQIBADANBgkqhkiG\nAoIBAQC7VJTUt9Us8cKj\n-----END THING-----\n"})"
        ) == R"({"key":"[secret KEY]\n"})"
    );
    CHECK(clean(known, "-----BEGIN THING-----") == "-----BEGIN THING-----");
}

TEST_CASE("a secret that begins like another, or lies in another, is covered whole")
{
    const auto known = knowing({
        {"A", "abcdef"    },
        {"B", "abcdefghij"},
        {"C", "ijklmn"    }
    });
    CHECK(clean(known, "abcdefghij") == "[secret B]");
    CHECK(clean(known, "abcdefgh") == "[secret A]gh");
    CHECK(clean(known, "abcdefghijklmn.") == "[secret B].");
    for (std::size_t cut = 0; cut < 14; ++cut) {
        Redactor redactor(known);
        std::string out;
        redactor.feed(std::string_view("abcdefghijklmn").substr(0, cut), out);
        redactor.feed(std::string_view("abcdefghijklmn").substr(cut), out);
        redactor.feed("op", out);
        redactor.finish(out);
        CHECK(out == "[secret B]op");
    }
}

TEST_CASE("the password of a database's address is hidden by itself, too")
{
    const auto known = knowing({
        {"DATABASE_URL", "postgres://shop:tops3cret@db:5432/shop"}
    });
    CHECK(
        clean(known, "using postgres://shop:tops3cret@db:5432/shop") ==
        "using [secret DATABASE_URL]"
    );
    CHECK(clean(known, "PGPASSWORD tops3cret") == "PGPASSWORD [secret DATABASE_URL]");
}

TEST_CASE("a value too short to be told from ordinary text is left alone")
{
    CHECK(
        clean(
            knowing({
                {"N", "123"}
    }),
            "took 123 ms"
        ) == "took 123 ms"
    );
    CHECK(
        clean(
            knowing({
                {"N", ""}
    }),
            "took 123 ms"
        ) == "took 123 ms"
    );
    CHECK(
        clean(
            knowing({
                {"N", "  \n"}
    }),
            "took 123 ms\n"
        ) == "took 123 ms\n"
    );
    CHECK(
        clean(
            knowing({
                {"N", "1234"}
    }),
            "took 1234 ms"
        ) == "took [secret N] ms"
    );
}

TEST_CASE("a secret's name cannot bring control characters into the log")
{
    CHECK(
        clean(
            knowing({
                {"A\n\x1b[31m", "hunter22"}
    }),
            "hunter22"
        )
            .find('\x1b') == std::string::npos
    );
}

TEST_CASE("SEC-60: passwords in URLs are hidden, the rest of the URL stays")
{
    CHECK(shaped("postgres://me:pa:ss@db/x") == "postgres://me:[secret password]@db/x");
    CHECK(
        shaped("git clone https://x-access-token:abc@github.com/a/b\n") ==
        "git clone https://x-access-token:[secret password]@github.com/a/b\n"
    );
    CHECK(
        shaped("see https://abcdefghijklmnopqrstuvwxyz@github.com/a") ==
        "see https://[secret password]@github.com/a"
    );
    for (const std::string_view kept :
         {"https://example.com/a@b",
          "ssh://git@github.com/a/b",
          "http://[::1]:80/?q=a:b@c",
          "a://@",
          "://:@"})
        CHECK(shaped(kept) == kept);
}

TEST_CASE("SEC-60: Authorization headers are hidden, however they are written")
{
    CHECK(
        shaped("> Authorization: Bearer abc.def\n") ==
        "> Authorization: Bearer [secret credentials]\n"
    );
    CHECK(shaped("authorization: basic dTpw") == "authorization: basic [secret credentials]");
    CHECK(
        shaped(R"({"Authorization":"token abc","x":1})") ==
        R"({"Authorization":"token [secret credentials]","x":1})"
    );
    CHECK(
        shaped("map[Authorization:[Bearer abc] X:[1]]") ==
        "map[Authorization:[Bearer [secret credentials]] X:[1]]"
    );
    CHECK(
        shaped("Authorization: Digest username=\"a\", response=\"b\"\nx") ==
        "Authorization: Digest [secret credentials]\nx"
    );
    CHECK(
        shaped("curl -H 'Authorization: 0123456789abcdef'") ==
        "curl -H 'Authorization: [secret credentials]'"
    );
    CHECK(shaped("sent Bearer abcdefghijklmnopqrst.") == "sent Bearer [secret credentials]");
    for (const std::string_view kept :
         {"Authorization: required",
          "authorization failed",
          "Authorization:",
          "Authorization",
          "the bearer of this"})
        CHECK(shaped(kept) == kept);
}

TEST_CASE("SEC-60: tokens are known by their prefix, words that only contain it stay")
{
    const std::string body(40, 'A');
    CHECK(shaped("x=ghp_" + body + ";") == "x=[secret GitHub token];");
    CHECK(shaped("github_pat_" + body) == "[secret GitHub token]");
    CHECK(shaped("AKIAIOSFODNN7EXAMPLE") == "[secret AWS key]");
    CHECK(shaped("glpat-" + body) == "[secret GitLab token]");
    CHECK(shaped("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl x") == "[secret web token] x");
    for (const std::string& kept : std::vector<std::string>{
             "tokens begin with ghp_",
             "my_ghp_" + body,
             "AKIAIOSFODNN7EXAMPLEX",
             "XAKIAIOSFODNN7EXAMPLE",
             "eyJhbGciOiJIUzI1NiJ9",
             "npm_config_cache=/tmp",
         })
        CHECK(shaped(kept) == kept);
}

TEST_CASE("SEC-60: a private key is hidden from its first line to its last")
{
    const std::string key =
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nvQIB\n-----END RSA PRIVATE KEY-----\nafter\n";
    const std::string hidden = "[secret private key]\n[secret private key]\n[secret private key]\n"
                               "[secret private key]\nafter\n";
    CHECK(shaped(key) == hidden);
    for (std::size_t cut = 0; cut <= key.size(); ++cut) {
        Redactor redactor(knowing({}));
        std::string out;
        redactor.feed(std::string_view(key).substr(0, cut), out);
        redactor.feed(std::string_view(key).substr(cut), out);
        redactor.finish(out);
        CHECK(out == hidden);
    }
    Redactor bytewise(knowing({}));
    std::string out;
    for (const char c : key)
        bytewise.feed(std::string_view(&c, 1), out);
    CHECK(out == hidden);
    CHECK(
        shaped(R"(k="-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n")") ==
        R"(k="[secret private key]\n")"
    );
    const std::string_view certificate = "-----BEGIN CERTIFICATE-----\nMIIE\n";
    CHECK(shaped(certificate) == certificate);
}

TEST_CASE("something that begins like a private key and never ends hides 200 lines, not the log")
{
    std::string text = "-----BEGIN PRIVATE KEY-----\n";
    for (int i = 0; i < 300; ++i)
        text += "line\n";
    const auto out = shaped(text);
    CHECK(out.ends_with("line\nline\n"));
    CHECK(std::ranges::count(out, '\n') == 301);
}

TEST_CASE("ordinary text passes byte for byte, in any pieces, and nothing of it waits after a pause"
)
{
    const auto known = knowing({
        {"KEY", sentinel}
    });
    SeededRandom random(7);
    for (int round = 0; round < 200; ++round) {
        std::string text;
        for (int i = 0; i < 300; ++i)
            text.push_back("abS3nt/: -B\r\nghp_eyJ"[random.number() % 20]);
        Redactor redactor(known);
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const auto size = std::min<std::size_t>(random.number() % 40, text.size() - at);
            redactor.feed(std::string_view(text).substr(at, size), out);
            CHECK(text.starts_with(out));
            at += size;
        }
        redactor.finish(out);
        CHECK(out == text);
    }
}

TEST_CASE("a line that has its end is not held back for a shape that cannot cross it")
{
    Redactor redactor(knowing({}));
    std::string out;
    redactor.feed("see http\nx-----\neyJ\n", out);
    CHECK(out == "see http\nx-----\neyJ\n");
    CHECK(redactor.idle());
}

TEST_CASE("a line without an end is not held back for ever")
{
    Redactor redactor(knowing({}));
    std::string out;
    redactor.feed("https://" + std::string(20'000, 'a'), out);
    CHECK(out.size() > 16'000);
}
