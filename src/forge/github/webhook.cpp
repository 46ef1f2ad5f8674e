#include "forge/github/webhook.hpp"

#include "base/json.hpp"
#include "base/unicode.hpp"
#include "forge/github/wire.hpp"
#include "git/location.hpp"

#include <algorithm>

namespace diorama::github {

namespace {

/// What every payload may have.
struct Envelope {
    std::optional<std::string> action;
    std::optional<wire::Repository> repository;
    std::optional<wire::User> sender;
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (action, repository, sender))

/// What an edit changed: each is an object when it did, and null when not.
struct Changes {
    Node base;
    Node title;
};
BOOST_DESCRIBE_STRUCT(Changes, (), (base, title))

struct PullRequestEvent {
    wire::PullRequest pull_request;
    wire::Repository repository;
    std::optional<Changes> changes;
    static constexpr auto required = {"pull_request", "repository"};
};
BOOST_DESCRIBE_STRUCT(PullRequestEvent, (), (pull_request, repository, changes))

struct Issue {
    std::int64_t number = 0;
    Node pull_request;  ///< There when the issue is a pull request.
    static constexpr auto required = {"number"};
};
BOOST_DESCRIBE_STRUCT(Issue, (), (number, pull_request))

struct Comment {
    std::int64_t id = 0;
    std::string body;
    std::optional<wire::User> user;
    static constexpr auto required = {"id", "body"};
};
BOOST_DESCRIBE_STRUCT(Comment, (), (id, body, user))

struct CommentEvent {
    Issue issue;
    Comment comment;
    wire::Repository repository;
    wire::User sender;
    static constexpr auto required = {"issue", "comment", "repository", "sender"};
};
BOOST_DESCRIBE_STRUCT(CommentEvent, (), (issue, comment, repository, sender))

constexpr std::string_view looked_at[] = {
    "opened",
    "reopened",
    "synchronize",
    "closed",
    "edited",
    "labeled",
    "unlabeled",
    "converted_to_draft",
    "ready_for_review",
};

template <class T>
Result<T> part(const Node& payload)
{
    return read<T>(payload, "the payload", Unknown::ignore);
}

/// Who sent what about which repository, as far as it can be read.
Result<> note_envelope(Hint& hint, const Node& payload, std::string_view web)
{
    const auto envelope = part<Envelope>(payload);
    if (!envelope) return envelope.error();
    hint.action = envelope->action.value_or("");
    if (envelope->sender) {
        hint.sender = envelope->sender->login;
        hint.sender_id = std::to_string(envelope->sender->id);
    }
    if (!envelope->repository) return ok();
    const auto repository = repository_of(*envelope->repository);
    if (!repository) return repository.error();
    hint.repository = *repository;
    const auto location =
        git::Location::parse(fmt::format("{}/{}.git", web, repository->name), {.plain_http = true});
    if (!location) return location.error();
    hint.location = location->text();
    return ok();
}

Result<> note_pull_request(Hint& hint, const Node& payload)
{
    const auto event = part<PullRequestEvent>(payload);
    if (!event) return event.error();
    auto facts = pull_request_of(event->pull_request);
    if (!facts) return facts.error();
    const auto& base = event->pull_request.base.repo;
    if (base && base->id != event->repository.id)
        return Error{Code::invalid, "the payload: its pull request is of another repository", ""};
    hint.number = facts->number;
    hint.facts = std::move(*facts);

    if (std::ranges::find(looked_at, hint.action) == std::end(looked_at)) {
        hint.reason = fmt::format("'{}' changes no preview", display(hint.action, 40));
        return ok();
    }
    const auto& changes = event->changes;
    if (hint.action == "edited" && changes && !changes->base.map() && !changes->title.map()) {
        hint.reason = "only the description was edited";
        return ok();
    }
    hint.ask = Hint::Ask::look;
    return ok();
}

Result<> note_comment(Hint& hint, const Node& payload)
{
    const auto event = part<CommentEvent>(payload);
    if (!event) return event.error();
    if (!event->issue.pull_request.map()) {
        hint.reason = "a comment on an issue, not on a pull request";
        return ok();
    }
    if (event->issue.number <= 0)
        return Error{Code::invalid, "the payload: issue.number: must be above 0", ""};
    hint.number = event->issue.number;
    if (hint.action != "created") {
        hint.reason = "commands are read when a comment is created, not when it changes";
        return ok();
    }
    const auto command = command_in(event->comment.body);
    if (!command) {
        hint.reason = command.error().text();
        return ok();
    }
    if (!*command) {
        hint.reason = "a comment without a command";
        return ok();
    }
    // Whoever speaks must be who is asked about: the permission is the sender's.
    if (!event->comment.user || event->comment.user->id != event->sender.id) {
        hint.reason = "the comment was not written by its sender";
        return ok();
    }
    if (event->sender.type == "Bot") {
        hint.reason = "commands of programs are not carried out: they have the API";
        return ok();
    }
    hint.ask = Hint::Ask::command;
    hint.command = **command;
    hint.comment = std::to_string(event->comment.id);
    return ok();
}

/// The sentence for what we have no use for.
std::string no_interest(std::string_view event)
{
    if (event == "ping") return "GitHub asks whether somebody listens here: yes";
    if (event == "installation" || event == "installation_repositories")
        return "what the installation may reach is asked when it is needed";
    if (event == "push") return "a push to a pull request is told by its own event";
    return fmt::format("'{}' says nothing about a preview", display(event, 60));
}

}  // namespace

Result<Hint> read_webhook(const Webhook& webhook)
{
    const auto payload = parse_json(webhook.body, {.bytes = webhook_limit});
    if (!payload) return payload.error().during("the payload");
    if (!payload->map()) return Error{Code::invalid, "the payload is no JSON object", ""};

    Hint hint{
        .forge = "github",
        .delivery = std::string(webhook.delivery),
        .event = std::string(webhook.event),
    };
    const bool about_pull_request = webhook.event == "pull_request";
    const bool about_comment = webhook.event == "issue_comment";
    const auto read = note_envelope(hint, *payload, webhook.web);
    if (!about_pull_request && !about_comment) {
        hint.reason = no_interest(webhook.event);
        return hint;
    }
    if (!read) return read.error();
    const auto noted =
        about_pull_request ? note_pull_request(hint, *payload) : note_comment(hint, *payload);
    if (!noted) return noted.error();
    return hint;
}

}  // namespace diorama::github
