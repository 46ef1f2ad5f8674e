#pragma once

#include "base/error.hpp"
#include "forge/hint.hpp"

#include <string>
#include <string_view>

namespace diorama::github {

/// GitHub sends no larger payload.
inline constexpr std::size_t webhook_limit = 25U << 20U;

/// One delivery, once its signature was found good. Views: only for the call.
struct Webhook {
    std::string_view event;     ///< X-GitHub-Event
    std::string_view delivery;  ///< X-GitHub-Delivery
    std::string_view body;      ///< JSON: webhooks of content type application/json.
    /// Where repositories are fetched from: `web` + "/owner/name.git".
    std::string_view web = "https://github.com";
};

/// What a delivery asks. Whatever is of no interest to us is a Hint that asks nothing and says why,
/// as far as its repository and sender can be read.
///
/// `invalid` when the body is no JSON (strictly: a key given twice is none), or an event that
/// matters lacks what it must have; `too_many` beyond `webhook_limit`, 64 levels or 500,000 values.
Result<Hint> read_webhook(const Webhook& webhook);

}  // namespace diorama::github
