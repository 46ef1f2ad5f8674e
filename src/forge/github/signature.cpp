#include "forge/github/signature.hpp"

#include "base/sha256.hpp"

#include <openssl/crypto.h>

namespace diorama::github {

namespace {

constexpr std::string_view scheme = "sha256=";
constexpr std::size_t digits = 64;

Error unsigned_delivery(std::string_view why)
{
    return {
        Code::unauthorized,
        fmt::format("the webhook's signature is not accepted: {}", why),
        "Set the same secret in the repository's webhook settings and in [github] webhook_secret."
    };
}

/// Why `header` cannot be a signature at all; empty when it can. What is said is no secret.
std::string_view malformed(std::string_view header)
{
    if (header.empty()) return "the header X-Hub-Signature-256 is missing";
    if (!header.starts_with(scheme)) return "it is no 'sha256=' signature";
    const auto hex = header.substr(scheme.size());
    if (hex.size() != digits) return "it has not 64 hex digits";
    // GitHub writes lower case: whatever else comes was not written by it.
    if (hex.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return "it is not lower-case hex";
    return {};
}

}  // namespace

std::string sign(const Secret& secret, std::string_view body)
{
    return std::string(scheme) + hmac_sha256(secret.reveal(), body);
}

Result<const WebhookSecret*>
find_signer(std::span<const WebhookSecret> secrets, std::string_view header, std::string_view body)
{
    if (const auto why = malformed(header); !why.empty()) return unsigned_delivery(why);
    const WebhookSecret* signer = nullptr;
    for (const auto& one : secrets) {
        if (one.secret.empty()) continue;
        const std::string expected = sign(one.secret, body);
        const bool same = CRYPTO_memcmp(expected.data(), header.data(), expected.size()) == 0;
        if (same && !signer) signer = &one;
    }
    if (!signer) return unsigned_delivery("none of our secrets made it");
    return signer;
}

}  // namespace diorama::github
