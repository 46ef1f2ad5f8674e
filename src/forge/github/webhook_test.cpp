#include "base/instant.hpp"
#include "base/json.hpp"
#include "forge/github/webhook.hpp"

#include <doctest/doctest.h>

using namespace diorama;
using namespace diorama::github;
using Ask = Hint::Ask;

namespace {

const std::string head(40, 'a');

Node user(std::string login, std::int64_t id)
{
    return Node::Map{
        {"login", std::move(login)},
        {"id",    id              },
        {"type",  "User"          }
    };
}

Node repository(std::string name, std::int64_t id)
{
    return Node::Map{
        {"id",        id             },
        {"full_name", std::move(name)},
        {"private",   false          }
    };
}

Node pull_request()
{
    return Node::Map{
        {"number", 7},
        {"title", "Sell <b>hats</b>"},
        {"user", user("ada", 11)},
        {"state", "open"},
        {"merged_at", nullptr},
        {"draft", false},
        {"updated_at", "2026-03-01T12:00:00Z"},
        {"labels", Node::List{Node::Map{{"name", "ui"}}}},
        {"author_association", "OWNER"},
        {"head", Node::Map{{"ref", "hats"}, {"sha", head}, {"repo", repository("ada/shop", 99)}}},
        {"base",
         Node::Map{
             {"ref", "main"}, {"sha", std::string(40, 'b')}, {"repo", repository("owner/shop", 42)}
         }},
    };
}

Node pull_request_event(std::string action)
{
    return Node::Map{
        {"action", std::move(action)},
        {"number", 7},
        {"pull_request", pull_request()},
        {"repository", repository("owner/shop", 42)},
        {"sender", user("ada", 11)},
    };
}

Node comment_event(std::string text)
{
    return Node::Map{
        {"action", "created"},
        {"issue", Node::Map{{"number", 7}, {"pull_request", Node::Map{{"url", "x"}}}}},
        {"comment", Node::Map{{"id", 77}, {"body", std::move(text)}, {"user", user("grace", 12)}}},
        {"repository", repository("owner/shop", 42)},
        {"sender", user("grace", 12)},
    };
}

Result<Hint> read_event(std::string_view event, const Node& payload)
{
    return read_webhook({.event = event, .delivery = "d-1", .body = write_json(payload)});
}

}  // namespace

TEST_CASE("B03 a pull request that was opened is looked at, with the facts the payload has")
{
    const auto hint = read_event("pull_request", pull_request_event("opened")).value();
    CHECK(hint.forge == "github");
    CHECK(hint.delivery == "d-1");
    CHECK(hint.event == "pull_request");
    CHECK(hint.action == "opened");
    CHECK(hint.repository == ForgeRepository{"github", "42", "owner/shop"});
    CHECK(hint.location == "https://github.com/owner/shop.git");
    CHECK(hint.number == 7);
    CHECK(hint.sender == "ada");
    CHECK(hint.sender_id == "11");
    CHECK(hint.ask == Ask::look);
    const PullRequest expected{
        .number = 7,
        .title = "Sell <b>hats</b>",
        .author = "ada",
        .author_id = "11",
        .head_commit = head,
        .head_ref = "hats",
        .head_repository = "99",
        .base_ref = "main",
        .labels = {"ui"},
        .updated_at = parse_instant("2026-03-01T12:00:00Z").value(),
    };
    CHECK(hint.facts.value() == expected);
}

TEST_CASE("B04 B05 B06 every action that may change a preview asks for a look, others say why not")
{
    for (const auto* action :
         {"opened",
          "reopened",
          "synchronize",
          "closed",
          "edited",
          "labeled",
          "unlabeled",
          "converted_to_draft",
          "ready_for_review"})
        CHECK_MESSAGE(
            read_event("pull_request", pull_request_event(action))->ask == Ask::look, action
        );
    for (const auto* action : {"assigned", "locked", "review_requested", "", "new one"}) {
        const auto hint = read_event("pull_request", pull_request_event(action)).value();
        CHECK(hint.ask == Ask::nothing);
        CHECK_FALSE(hint.reason.empty());
        CHECK(hint.number == 7);
    }
}

TEST_CASE("an edit matters when it changed the base or the title, not when only the text changed")
{
    auto payload = pull_request_event("edited");
    payload.set(
        "changes",
        Node::Map{
            {"body", Node::Map{{"from", "x"}}}
    }
    );
    CHECK(read_event("pull_request", payload)->ask == Ask::nothing);
    payload.set(
        "changes",
        Node::Map{
            {"base", Node::Map{{"ref", "x"}}}
    }
    );
    CHECK(read_event("pull_request", payload)->ask == Ask::look);
    payload.set(
        "changes",
        Node::Map{
            {"title", Node::Map{{"from", "x"}}}
    }
    );
    CHECK(read_event("pull_request", payload)->ask == Ask::look);
}

TEST_CASE("closed and merged are told apart, and a deleted fork or account leaves its place empty")
{
    auto payload = pull_request_event("closed");
    auto facts = pull_request();
    facts.set("state", "closed");
    payload.set("pull_request", facts);
    CHECK(read_event("pull_request", payload)->facts->status == PullRequest::Status::closed);

    facts.set("merged_at", "2026-03-01T12:00:00Z");
    facts.set("user", nullptr);
    facts.set(
        "head",
        Node::Map{
            {"ref",  "hats" },
            {"sha",  head   },
            {"repo", nullptr}
    }
    );
    payload.set("pull_request", facts);
    const auto hint = read_event("pull_request", payload).value();
    CHECK(hint.facts->status == PullRequest::Status::merged);
    CHECK(hint.facts->head_repository.empty());
    CHECK(hint.facts->author.empty());
}

TEST_CASE("a repository is fetched from the installation's own web address, whatever a payload says"
)
{
    auto payload = pull_request_event("opened");
    payload.set(
        "repository",
        Node::Map{
            {"id",        42                                   },
            {"full_name", "owner/shop"                         },
            {"clone_url", "https://evil.example/owner/shop.git"},
    }
    );
    const auto text = write_json(payload);
    const auto hint =
        read_webhook({.event = "pull_request", .body = text, .web = "http://127.0.0.1:7000"});
    CHECK(hint->location == "http://127.0.0.1:7000/owner/shop.git");
}

TEST_CASE("a comment on a pull request that begins with /preview is a command of who wrote it")
{
    const auto hint =
        read_event("issue_comment", comment_event("/preview 1A2b3c4\nplease")).value();
    CHECK(hint.ask == Ask::command);
    CHECK(hint.number == 7);
    CHECK(hint.sender == "grace");
    CHECK(hint.sender_id == "12");
    CHECK(hint.comment == "77");
    CHECK(text_of(hint.command) == "/preview 1a2b3c4");
    const auto stop = read_event("issue_comment", comment_event(" /preview\tstop \r\n")).value();
    CHECK(text_of(stop.command) == "/preview stop");
}

TEST_CASE("SEC-25 a bare command names no commit, and is no approval")
{
    const auto hint = read_event("issue_comment", comment_event(" /preview \r\nplease")).value();
    CHECK(hint.ask == Ask::command);
    CHECK(hint.command.verb == CommentCommand::Verb::up);
    CHECK(hint.command.commit.empty());
}

TEST_CASE("what a program writes is no command, ours included")
{
    auto bot = user("diorama[bot]", 14);
    bot.set("type", "Bot");
    auto payload = comment_event("/preview stop");
    payload.set("sender", bot);
    payload.set(
        "comment",
        Node::Map{
            {"id",   77             },
            {"body", "/preview stop"},
            {"user", bot            }
    }
    );
    const auto hint = read_event("issue_comment", payload).value();
    CHECK(hint.ask == Ask::nothing);
    CHECK(hint.reason.contains("programs"));
}

TEST_CASE("other comments ask nothing and say why")
{
    const auto reason = [](const Node& payload) {
        const auto hint = read_event("issue_comment", payload).value();
        CHECK(hint.ask == Ask::nothing);
        return hint.reason;
    };
    CHECK(reason(comment_event("Nice hats")) == "a comment without a command");
    CHECK(reason(comment_event("> /preview")) == "a comment without a command");
    CHECK(reason(comment_event("nice\n/preview")) == "a comment without a command");
    CHECK(reason(comment_event("/previews")) == "a comment without a command");
    CHECK(reason(comment_event("/preview the hats")).contains("'/preview the hats' is no command"));
    CHECK(reason(comment_event("/preview 1a2b3c")).contains("is no command"));

    auto payload = comment_event("/preview 1a2b3c4");
    payload.set("action", "edited");
    CHECK(reason(payload).contains("when a comment is created"));
    payload = comment_event("/preview 1a2b3c4");
    payload.set(
        "issue",
        Node::Map{
            {"number", 7}
    }
    );
    CHECK(reason(payload).contains("not on a pull request"));
    payload = comment_event("/preview 1a2b3c4");
    payload.set("sender", user("mallory", 13));
    CHECK(reason(payload).contains("not written by its sender"));
}

TEST_CASE("ping, installation and all other events are kept and ask nothing")
{
    for (const auto* event : {"ping", "installation", "push", "star", "", "a\nb"}) {
        const auto hint = read_event(
                              event,
                              Node::Map{
                                  {"sender", user("ada", 11)}
        }
        ).value();
        CHECK(hint.ask == Ask::nothing);
        CHECK_FALSE(hint.reason.empty());
        CHECK_FALSE(hint.reason.contains("\n"));
        CHECK(hint.sender == "ada");
    }
    CHECK(read_event(
              "star",
              Node::Map{
                  {"repository", "no object"}
    }
    )
              ->repository.id.empty());
}

TEST_CASE("SEC-20 I15 what is no JSON, or lacks what it must have, is refused with its place")
{
    const auto refused = [](std::string_view body) {
        const auto read = read_webhook({.event = "pull_request", .body = body});
        return read ? "read" : read.error().message;
    };
    CHECK(refused("").contains("the payload"));
    CHECK(refused("[]").contains("no JSON object"));
    CHECK(refused(R"({"action":"opened","action":"closed"})").contains("twice"));
    CHECK(refused(R"({"action":"opened"})").contains("pull_request"));
    CHECK(refused(std::string(100, '[')).contains("nested deeper"));

    const auto with = [&](std::string_view key, Node value) {
        auto facts = pull_request();
        facts.set(key, std::move(value));
        auto payload = pull_request_event("opened");
        payload.set("pull_request", facts);
        return refused(write_json(payload));
    };
    CHECK(with("number", 7) == "read");
    CHECK(with("number", 0).contains("number"));
    CHECK(with("number", "7").contains("number"));
    CHECK(with("number", 7.5).contains("number"));
    CHECK(with("state", "ajar").contains("'ajar'"));
    CHECK(with(
              "head",
              Node::Map{
                  {"ref", "x"              },
                  {"sha", "--upload-pack=x"}
    }
    )
              .contains("no commit"));
    CHECK(with("labels", Node::List{nullptr}).contains("labels"));
}

TEST_CASE("SEC-22 a repository's name cannot lead an address elsewhere")
{
    for (const auto* name :
         {"owner",
          "../shop",
          "owner/..",
          "owner/shop/x",
          "owner/sh op",
          "owner/shop?x",
          "/shop",
          "owner/",
          "owner/shop\n",
          "ow%2fner/shop",
          "evil.example:80/@x"}) {
        auto payload = pull_request_event("opened");
        payload.set("repository", repository(name, 42));
        CHECK_MESSAGE(read_event("pull_request", payload).has_error(), name);
    }
    auto payload = pull_request_event("opened");
    payload.set("repository", repository("owner/other", 43));
    CHECK(read_event("pull_request", payload).error().message.contains("another repository"));
    payload.set("repository", repository("owner/shop", 0));
    CHECK(read_event("pull_request", payload).has_error());
}
