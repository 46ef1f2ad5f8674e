#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace diorama {

/// What somebody asks for in a comment at a pull request.
struct CommentCommand {
    enum class Verb { up, approve, stop, sleep, wake, redeploy, extend, why };

    Verb verb = Verb::up;
    std::string commit{};  ///< For `approve`: at least 7 hex digits, in lower case.
    milliseconds by{};     ///< For `extend`.

    friend bool operator==(const CommentCommand&, const CommentCommand&) = default;
};

/// The command in a comment's first line: "/preview", "/preview stop", "/preview extend 2d",
/// "/preview 1a2b3c4". Case does not matter, anything else does. Nothing in a comment that is no
/// command; `invalid` behind /preview for what is none, and says which there are.
///
/// What runs a stranger's commit names it: what somebody approves is what they read, not what was
/// pushed meanwhile (SEC-25).
Result<std::optional<CommentCommand>> command_in(std::string_view comment);

/// As it is written: what `command_in` reads back.
std::string text_of(const CommentCommand& command);

}  // namespace diorama
