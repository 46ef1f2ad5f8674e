#pragma once

#include "forge/comment_command.hpp"
#include "model/pull_request.hpp"

#include <optional>
#include <string>

namespace diorama {

/// What a forge told us by a webhook, in the words all forges share. Only a hint: whoever sent it
/// knew the secret, but it may be late, twice, or out of order.
struct Hint {
    /// What it asks us to do.
    enum class Ask {
        nothing,  ///< Keep it; `reason` says why it is of no interest.
        look,     ///< Read the facts about pull request `number` again.
        command,  ///< The same, and `sender` asks for `command` in a comment.
    };

    std::string forge;           ///< "github"
    std::string delivery;        ///< The forge's own id of this delivery.
    std::string event;           ///< "pull_request"
    std::string action;          ///< "opened"; empty where the event has none.
    ForgeRepository repository;  ///< Empty when it names none ("ping" of an organisation).
    std::string location;        ///< Canonical, where it is fetched from (Project::repository).
    std::optional<std::int64_t> number;  ///< Of the pull request it is about.
    std::string sender;                  ///< Login.
    std::string sender_id;
    Ask ask = Ask::nothing;
    std::string reason;
    CommentCommand command;  ///< For `command`; and
    std::string comment;     ///< the forge's id of the comment it stands in.
    std::optional<PullRequest>
        facts;  ///< As the payload has them, for installations without token.

    friend bool operator==(const Hint&, const Hint&) = default;
};

}  // namespace diorama
