#pragma once

#include "api/test_world.hpp"
#include "base/instant.hpp"

namespace diorama::api {

/// The API with a forge that sends webhooks about ann/shop, and answers no questions.
class WebhookWorld : public ApiWorld {
public:
    static constexpr std::string_view location = "https://forge.example/ann/shop.git";

    /// A pull request's payload: `head` of ann/shop itself (100), or of a fork.
    Node payload(std::int64_t number, char head, std::int64_t from = 100)
    {
        const Node ann = Node::Map{
            {"id",    1    },
            {"login", "ann"}
        };
        const auto repository = [](std::int64_t id, std::string name) -> Node {
            return Node::Map{
                {"id",        id             },
                {"full_name", std::move(name)}
            };
        };
        const std::string commit(40, head);
        commits.push(
            std::string(location),
            fmt::format("refs/pull/{}/head", number),
            commit,
            {
                {"compose.yaml", "services: {web: {image: 'web:1', ports: [80]}}"}
        }
        );
        return Node::Map{
            {"action", "opened"},
            {"repository", repository(100, "ann/shop")},
            {"sender", ann},
            {"pull_request",
             Node::Map{
                 {"number", number},
                 {"title", "Sell <b>hats</b>"},
                 {"user", ann},
                 {"state", "open"},
                 {"draft", false},
                 {"updated_at", format_instant(scheduler.now())},
                 {"head",
                  Node::Map{
                      {"ref", "hats"}, {"sha", commit}, {"repo", repository(from, "eve/shop")}
                  }},
                 {"base",
                  Node::Map{
                      {"ref", "main"},
                      {"sha", std::string(40, '0')},
                      {"repo", repository(100, "ann/shop")}
                  }}
             }}
        };
    }

    /// As GitHub sends it, without a token of ours.
    Request webhook(const std::string& body, std::string_view secret = webhook_secret)
    {
        Request request{.method = "POST", .target = "/webhooks/github"};
        http1::read_target(request).value();
        request.remote = "192.0.2.1";
        request.body = body;
        request.headers.set("X-GitHub-Event", "pull_request");
        request.headers.set("X-GitHub-Delivery", fmt::format("guid-{}", ++sent_));
        request.headers.set("Content-Type", "application/json");
        request.headers.set("X-Hub-Signature-256", github::sign(Secret(std::string(secret)), body));
        return request;
    }
    Answer deliver(const Node& payload) { return ask(webhook(write_json(payload))); }
    Answer deliver_and_settle(const Node& payload)
    {
        const auto answer = deliver(payload);
        scheduler.run_for(seconds{30});
        return answer;
    }

private:
    int sent_ = 0;
};

}  // namespace diorama::api
