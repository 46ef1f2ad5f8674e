#pragma once

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "hub/hub.hpp"
#include "net/client.hpp"
#include "net/server.hpp"
#include "tests/support/folder.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace diorama::hub {

/// A hub with one repository, "ada/shop", a listener for its webhooks, and a client.
class HubWorld {
public:
    HubWorld()
        : hub(loop, random, {.folder = folder.path(), .api = ""}),
          listener(loop, [this](Request request) { return take(std::move(request)); })
    {
        REQUIRE(hub.listen());
        REQUIRE(listener.listen(Address::tcp("127.0.0.1", 0)));
        client = std::make_unique<Client>(loop, *Address::parse(hub.url()));
        token = hub.give_token("ada");
        REQUIRE(loop.run(hub.actions().create({.name = "ada/shop", .files = {{"README", "hello\n"}}}
        )));
    }
    ~HubWorld()
    {
        loop.run(hub.stop());
        client.reset();
        loop.run(listener.stop());
    }

    /// Hooks ada/shop to the listener and forgets the ping.
    void hook(std::string secret = "geheim")
    {
        const std::string url = fmt::format("http://127.0.0.1:{}/webhooks/github", listener.port());
        REQUIRE(hub.actions().hook("ada/shop", url, Secret(std::move(secret)), {}));
        loop.run(hub.hooks().settled());
    }

    /// A commit on `branch`, and a pull request from it.
    Number open(std::string branch = "feature", std::string author = "ada")
    {
        push(branch, "one\n");
        const auto number = loop.run(hub.actions().open(
            {.repository = "ada/shop", .author = author, .title = "Sell more", .head = branch}
        ));
        REQUIRE(number);
        return *number;
    }

    std::string push(std::string branch, std::string content)
    {
        NewCommit commit{.branch = branch, .files = {{"price", content}}, .from = "main"};
        const auto sha = loop.run(hub.actions().push("ada/shop", std::move(commit), "ada"));
        REQUIRE(sha);
        return *sha;
    }

    Response
    ask(std::string method, std::string target, std::string body = "", Headers headers = {})
    {
        Request request{.method = method, .target = target, .headers = headers, .body = body};
        if (!token.empty()) request.headers.add("Authorization", "Bearer " + token);
        auto answer = loop.run(client->send(std::move(request)));
        REQUIRE(answer.has_value());
        return *std::move(answer);
    }
    Node get(std::string target)
    {
        const auto response = ask("GET", std::move(target));
        REQUIRE(response.status == 200);
        return parse_json(response.body).value();
    }

    /// git as its user runs it, on the hub's loop; ends the test when it fails.
    std::string git(const std::filesystem::path& where, std::vector<std::string> words)
    {
        const auto done = loop.run(try_git(where, std::move(words)));
        if (!done.succeeded()) FAIL(done.errors);
        std::string text = done.output;
        while (text.ends_with('\n'))
            text.pop_back();
        return text;
    }
    Task<Finished> try_git(std::filesystem::path where, std::vector<std::string> words)
    {
        Command command{.argv = {"git"}, .directory = where};
        for (auto& word : words)
            command.argv.push_back(std::move(word));
        command.environment = {
            {"HOME",                where.string()   },
            {"GIT_CONFIG_NOSYSTEM", "1"              },
            {"GIT_TERMINAL_PROMPT", "0"              },
            {"GIT_AUTHOR_NAME",     "Ada"            },
            {"GIT_AUTHOR_EMAIL",    "ada@example.com"},
            {"GIT_COMMITTER_NAME",  "Ada"            },
            {"GIT_COMMITTER_EMAIL", "ada@example.com"},
        };
        const auto done = co_await run_command(loop, std::move(command));
        co_return done.value();
    }
    /// Where git finds `name`, with the token of its user.
    std::string remote(const std::string& name, const std::string& with)
    {
        return fmt::format("http://x:{}@{}/{}.git", with, hub.url().substr(7), name);
    }

    /// The payloads that arrived for `event`, after all that is on its way.
    std::vector<Node> told(std::string_view event)
    {
        loop.run(hub.hooks().settled());
        std::vector<Node> found;
        for (const Request& request : received) {
            if (request.headers.get("X-GitHub-Event") == event)
                found.push_back(parse_json(request.body).value());
        }
        return found;
    }

    test::Folder folder;
    Loop loop;
    SeededRandom random{7};
    Hub hub;
    Server listener;
    std::unique_ptr<Client> client;
    std::string token;
    std::vector<Request> received;

private:
    Task<Response> take(Request request)
    {
        received.push_back(std::move(request));
        co_return Response{.status = 202};
    }
};

/// The string at a path of keys: text(node, {"pull_request", "head", "sha"}).
inline std::string text(const Node& node, std::vector<std::string_view> path)
{
    const Node* at = &node;
    for (const auto key : path) {
        at = at->find(key);
        if (!at) return "(absent)";
    }
    return at->scalar_text().value_or("(no text)");
}

}  // namespace diorama::hub
