#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"

#include <span>
#include <string>
#include <string_view>

/// What is particular to GitHub and its Enterprise Server.
namespace diorama::github {

/// A secret that a webhook may be signed with.
struct WebhookSecret {
    std::string name;  ///< "webhook_secret_old": which one it was, for people.
    Secret secret;     ///< An empty one signs nothing.
    /// owner/name it speaks for, and for no other; empty: for any.
    std::string repository;
};

/// Which of `secrets` signed the raw bytes of `body`, as `header` claims: the value of
/// X-Hub-Signature-256, "sha256=" and the 64 lower-case hex digits of HMAC-SHA256 (GitHub's
/// "Validating webhook deliveries"). The answer points into `secrets`; the first of two equal ones.
///
/// `unauthorized` with the reason. Takes the same time whichever secret signed, and wherever a
/// wrong signature begins to be wrong. Each secret costs a pass over the body: cap its size first.
Result<const WebhookSecret*>
find_signer(std::span<const WebhookSecret> secrets, std::string_view header, std::string_view body);

/// The header's value for `body`: what our tests and our own small forge sign with.
std::string sign(const Secret& secret, std::string_view body);

}  // namespace diorama::github
