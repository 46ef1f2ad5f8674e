#include "forge/comment_command.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"

#include <array>

namespace diorama {

namespace {

using Verb = CommentCommand::Verb;

struct Word {
    std::string_view text;
    Verb verb;
};
constexpr std::string_view slash = "/preview";
constexpr std::array words{
    Word{"stop",     Verb::stop    },
    Word{"sleep",    Verb::sleep   },
    Word{"wake",     Verb::wake    },
    Word{"redeploy", Verb::redeploy},
    Word{"why",      Verb::why     },
};

/// Longer than anybody means, and short enough to be added to any time.
constexpr std::chrono::days longest{365};

bool is_commit(std::string_view text)
{
    return text.size() >= 7 && text.size() <= 64 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error no_command(std::string_view said)
{
    return {
        Code::invalid,
        fmt::format("'/preview {}' is no command", display(said, 64)),
        "Write /preview, or /preview stop, sleep, wake, redeploy, why, extend 2d, or at least 7 "
        "digits of a commit that shall run."
    };
}

Result<std::optional<CommentCommand>> extension(std::string_view text, std::string_view said)
{
    const auto by = parse_duration(text);
    if (!by || *by <= milliseconds{0} || *by > longest) return no_command(said);
    return CommentCommand{.verb = Verb::extend, .by = *by};
}

/// In days where it is whole ones, as people write it.
std::string length(milliseconds time)
{
    constexpr std::chrono::days day{1};
    if (time % day == milliseconds{0}) return fmt::format("{}d", time / day);
    return format_duration(time);
}

}  // namespace

Result<std::optional<CommentCommand>> command_in(std::string_view comment)
{
    const std::string line = lower(trim(comment.substr(0, comment.find_first_of("\r\n"))));
    if (!line.starts_with(slash)) return std::nullopt;
    const std::string_view behind = std::string_view(line).substr(slash.size());
    if (!behind.empty() && behind.front() != ' ' && behind.front() != '\t') return std::nullopt;
    const std::string_view rest = trim(behind);
    if (rest.empty()) return CommentCommand{};
    for (const auto& [text, verb] : words) {
        if (rest == text) return CommentCommand{.verb = verb};
    }
    if (is_commit(rest)) return CommentCommand{.verb = Verb::approve, .commit = std::string(rest)};
    constexpr std::string_view extend = "extend ";
    if (rest.starts_with(extend)) return extension(trim(rest.substr(extend.size())), rest);
    return no_command(rest);
}

std::string text_of(const CommentCommand& command)
{
    const std::string begin(slash);
    if (command.verb == Verb::approve) return begin + " " + command.commit;
    if (command.verb == Verb::extend) return begin + " extend " + length(command.by);
    for (const auto& [text, verb] : words) {
        if (verb == command.verb) return fmt::format("{} {}", slash, text);
    }
    return begin;
}

}  // namespace diorama
