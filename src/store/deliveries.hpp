#pragma once

#include "base/clock.hpp"
#include "model/ids.hpp"
#include "store/page.hpp"
#include "store/tx.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What forges sent us (B07): one row a delivery, with what became of it and why.
namespace diorama::deliveries {

enum class Verdict {
    waiting,  ///< Kept; its facts have not been read yet.
    acted,    ///< The facts were read, and something was done.
    nothing,  ///< The facts were read, or are of no interest: nothing was to do.
    refused,  ///< Not believed, or not allowed: nothing was read.
    failed,   ///< The facts could not be read; `reason` says when it is tried again.
};
std::string_view name(Verdict verdict);
Result<Verdict> verdict_named(std::string_view text);

struct Delivery {
    DeliveryId id;
    TenantId tenant;
    std::string forge;          ///< "github"
    std::string delivery;       ///< The forge's own id of it.
    std::string event;          ///< "pull_request"
    std::string action;         ///< "opened"; empty where the event has none.
    std::string repository_id;  ///< Empty when it names no repository.
    std::string repository;     ///< owner/name
    std::optional<std::int64_t> pull_request;
    std::string sender;   ///< Login.
    std::string command;  ///< "/preview stop": what its comment asks; empty for every other one.
    std::string comment;  ///< With `command`: the forge's id of the comment.
    std::string remote;   ///< Address it came from.
    std::string headers;  ///< JSON; none that holds a signature or a credential.
    std::string body;     ///< As it came; empty for a refused one.
    Verdict verdict = Verdict::waiting;
    std::string reason;                   ///< A sentence; empty while waiting.
    std::optional<DeliveryId> replay_of;  ///< Somebody asked for it again:
    std::string replayed_by;              ///< "token ci", "user ann".
    Instant received_at{};
    std::optional<Instant> handled_at;

    friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// False when that delivery of the forge is here already: it was sent twice.
bool insert(Tx& tx, const Delivery& delivery);

/// With its body, which no other query gives.
Result<Delivery> find(Tx& tx, TenantId tenant, DeliveryId id);

/// The one the forge calls so; refused ones and replays are not meant.
std::optional<Delivery>
find_by_forge(Tx& tx, TenantId tenant, std::string_view forge, std::string_view delivery);

struct Filter {
    std::optional<Verdict> verdict;
    std::string repository;  ///< owner/name; any when empty.
    std::optional<std::int64_t> pull_request;
};

/// Newest first. `after` is a Page's `next`.
Result<Page<Delivery>>
list(Tx& tx, TenantId tenant, const Filter& filter, std::string_view after, std::size_t limit);

/// Writes what became of every delivery about that pull request that waits, and answers how many.
/// Those with a command are settled one by one.
std::int64_t settle(
    Tx& tx,
    std::string_view repository_id,
    std::int64_t pull_request,
    Instant received_until,
    Verdict verdict,
    std::string_view reason,
    Instant now
);

/// So many of a pull request's commands are carried out at once.
inline constexpr std::size_t commands_at_once = 20;

/// Commands about that pull request that nobody carried out yet, the oldest `commands_at_once`,
/// oldest first.
std::vector<Delivery>
waiting_commands(Tx& tx, std::string_view repository_id, std::int64_t pull_request);

/// The newest that is settled, of somebody who had the right to it.
std::optional<Delivery>
last_command(Tx& tx, std::string_view repository_id, std::int64_t pull_request);

/// The first that told of the command in that comment.
std::optional<Delivery>
find_by_comment(Tx& tx, std::string_view repository_id, std::string_view comment);

void settle(Tx& tx, DeliveryId id, Verdict verdict, std::string_view reason, Instant now);

/// Forgets those received before `before` whose question is answered; how many.
std::int64_t forget(Tx& tx, Instant before);

}  // namespace diorama::deliveries
