#pragma once

#include "base/encoding.hpp"
#include "base/instant.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "forge/fake_api.hpp"
#include "net/http.hpp"

#include <functional>
#include <map>

namespace diorama::test {

/// The part of GitHub's REST API that we speak, played over a FakeForgeApi's memory. It answers as
/// GitHub's description says, in pages, with validators and redirects; what we never send is 404.
class PlayedGitHub {
public:
    explicit PlayedGitHub(FakeForgeApi& state) : state_(state) {}

    /// Answers instead of the play; none lets it go on.
    std::function<std::optional<Response>(const Request&)> instead;
    std::map<std::string, std::string> former;  ///< Names that repositories had, and their ids.
    std::string base;                           ///< "http://127.0.0.1:4711", for links.
    std::int64_t own_id = 500;                  ///< Of the token's account; 0: an app's token.

    struct Asked {
        std::string method;
        std::string target;
        Headers headers;
        std::string body;
    };
    std::vector<Asked> asked;  ///< Everything, in its order.

    Response answer(const Request& request)
    {
        asked.push_back({request.method, request.target, request.headers, request.body});
        if (instead)
            if (auto scripted = instead(request)) return std::move(*scripted);
        auto response = route(request);
        if (request.method != "GET" || response.status != 200) return response;
        const auto tag = fmt::format("W/\"{}\"", sha256(response.body));
        response.headers.set("ETag", tag);
        if (request.headers.get("If-None-Match") != tag) return response;
        return {.status = 304, .headers = {{"ETag", tag}}};
    }

    static Response json(int status, const Node& body)
    {
        return {
            .status = status,
            .headers = {{"Content-Type", "application/json; charset=utf-8"}},
            .body = write_json(body)
        };
    }
    static Response problem(int status, std::string message)
    {
        return json(
            status,
            Node::Map{
                {"message", std::move(message)}
        }
        );
    }

private:
    using Repository = FakeForgeApi::Repository;

    static Node user(const std::string& login, std::int64_t id, const char* type = "User")
    {
        if (login.empty()) return nullptr;
        return Node::Map{
            {"login", login},
            {"id",    id   },
            {"type",  type }
        };
    }
    static Node repository(const std::string& name, const std::string& id)
    {
        if (id.empty()) return nullptr;
        return Node::Map{
            {"id",        std::stoll(id)},
            {"full_name", name          }
        };
    }
    static Node pull_request(const Repository& known, const PullRequest& one)
    {
        using enum PullRequest::Status;
        Node::List labels;
        for (const auto& label : one.labels)
            labels.push_back(Node::Map{
                {"name", label}
            });
        const auto head_name =
            one.head_repository == known.facts.id ? known.facts.name : "ada/fork";
        return Node::Map{
            {"number", one.number},
            {"title", one.title},
            {"user", user(one.author, one.author.empty() ? 0 : std::stoll(one.author_id))},
            {"state", one.status == open ? "open" : "closed"},
            {"merged_at", one.status == merged ? Node(format_instant(one.updated_at)) : Node()},
            {"draft", one.draft},
            {"labels", labels},
            {"updated_at", format_instant(one.updated_at)},
            {"head",
             Node::Map{
                 {"ref", one.head_ref},
                 {"sha", one.head_commit},
                 {"repo", repository(head_name, one.head_repository)}
             }},
            {"base",
             Node::Map{
                 {"ref", one.base_ref},
                 {"sha", std::string(40, '0')},
                 {"repo", repository(known.facts.name, known.facts.id)}
             }},
        };
    }

    static std::size_t number_in(const Request& request, std::string_view key, std::size_t usual)
    {
        const auto text = request.query_value(key);
        return text ? std::stoul(std::string(*text)) : usual;
    }
    /// The page of `all` that is asked for, and where the next one is.
    Response page(const Request& request, const Node::List& all) const
    {
        const auto size = number_in(request, "per_page", 30);
        const auto number = number_in(request, "page", 1);
        const auto first = std::min(all.size(), (number - 1) * size);
        const auto last = std::min(all.size(), first + size);
        const auto at = [&all](std::size_t i) {
            return all.begin() + static_cast<std::ptrdiff_t>(i);
        };
        auto response = json(200, Node::List(at(first), at(last)));
        if (last == all.size()) return response;
        Query query = request.query;
        std::erase_if(query, [](const auto& pair) { return pair.first == "page"; });
        query.emplace_back("page", std::to_string(number + 1));
        response.headers.set(
            "Link",
            fmt::format(
                "<{0}{1}?page=1>; rel=\"first\", <{0}{1}{2}>; rel=\"next\"",
                base,
                request.path,
                format_query(query)
            )
        );
        return response;
    }

    Response route(const Request& request)
    {
        const auto& path = request.segments;
        if (path == std::vector<std::string>{"user"})
            return own_id > 0 ? json(200, user("diorama", own_id))
                              : problem(403, "Resource not accessible by integration");
        const bool by_id = path.size() >= 2 && path[0] == "repositories";
        if (!by_id && (path.size() < 3 || path[0] != "repos")) return problem(404, "Not Found");
        const auto name = by_id ? "" : path[1] + "/" + path[2];
        Repository* known = by_id ? find_id(path[1]) : find_name(name);
        if (!known) return problem(404, "Not Found");
        const std::vector<std::string> rest(path.begin() + (by_id ? 2 : 3), path.end());
        if (!by_id && known->facts.name != name) return moved(request, *known, name);
        return request.method == "GET" ? read(request, *known, rest) : write(request, *known, rest);
    }
    Response moved(const Request& request, const Repository& known, const std::string& name) const
    {
        auto response = problem(request.method == "GET" ? 301 : 307, "Moved Permanently");
        response.headers.set(
            "Location",
            fmt::format(
                "{}/repositories/{}{}",
                base,
                known.facts.id,
                request.target.substr(std::string("/repos/").size() + name.size())
            )
        );
        return response;
    }
    Repository* find_id(const std::string& id)
    {
        try {
            return &state_.at(id);
        } catch (const std::out_of_range&) {
            return nullptr;
        }
    }
    Repository* find_name(const std::string& name)
    {
        const auto known = former.find(name);
        return known == former.end() ? nullptr : find_id(known->second);
    }

    Response
    read(const Request& request, Repository& known, const std::vector<std::string>& rest) const
    {
        if (rest.empty()) return json(200, repository(known.facts.name, known.facts.id));
        if (rest[0] == "pulls") return read_pulls(request, known, rest);
        if (rest[0] == "collaborators") return read_permission(known, rest[1]);
        if (rest[0] == "commits") {
            const auto found = known.messages.find(rest[1]);
            if (found == known.messages.end())
                return problem(422, "No commit found for SHA: " + rest[1]);
            return json(
                200,
                Node::Map{
                    {"sha",    rest[1]                              },
                    {"commit", Node::Map{{"message", found->second}}}
            }
            );
        }
        if (rest[0] == "issues") {
            Node::List all;
            for (const auto& one : known.comments)
                if (std::to_string(one.number) == rest[1])
                    all.push_back(Node::Map{
                        {"id",   std::stoll(one.id)},
                        {"body", one.text          },
                        {"user", author(one.ours)  }
                    });
            if (!known.pull_requests.contains(std::stoll(rest[1])))
                return problem(404, "Not Found");
            return page(request, all);
        }
        if (rest[0] == "deployments") {
            Node::List all;
            for (const auto& one : known.deployments)
                if (one.commit == request.query_value("sha") &&
                    one.environment == request.query_value("environment"))
                    all.push_back(Node::Map{
                        {"id", std::stoll(one.id)}
                    });
            return page(request, all);
        }
        return problem(404, "Not Found");
    }
    Node author(bool ours) const
    {
        if (!ours) return user("mallory", 13);
        return own_id > 0 ? user("diorama", own_id) : user("diorama[bot]", 501, "Bot");
    }
    Response read_pulls(
        const Request& request, Repository& known, const std::vector<std::string>& rest
    ) const
    {
        Node::List all;
        if (rest.size() == 1) {
            const bool newest_first = request.query_value("direction") == "desc";
            for (const auto& [number, one] : known.pull_requests)
                if (one.status == PullRequest::Status::open)
                    all.insert(newest_first ? all.begin() : all.end(), pull_request(known, one));
            return page(request, all);
        }
        const auto found = known.pull_requests.find(std::stoll(rest[1]));
        if (found == known.pull_requests.end()) return problem(404, "Not Found");
        if (rest.size() == 2) return json(200, pull_request(known, found->second));
        for (const auto& file : known.files[found->first])
            all.push_back(Node::Map{
                {"filename", file}
            });
        return page(request, all);
    }
    static Response read_permission(const Repository& known, const std::string& login)
    {
        const auto found = known.permissions.find(login);
        if (found == known.permissions.end())
            return problem(404, fmt::format("{} is not a user", login));
        return json(
            200,
            Node::Map{
                {"permission", name(found->second)}
        }
        );
    }

    Response write(const Request& request, Repository& known, const std::vector<std::string>& rest)
    {
        const Node body = parse_json(request.body).value();
        const auto text = [&body](std::string_view key) {
            const Node* value = body.find(key);
            return value && value->string() ? *value->string() : std::string();
        };
        if (request.method == "PATCH" && rest.size() == 3 && rest[1] == "comments") {
            for (auto& one : known.comments)
                if (one.id == rest[2]) {
                    one.text = text("body");
                    return json(
                        200,
                        Node::Map{
                            {"id", std::stoll(one.id)}
                    }
                    );
                }
            return problem(404, "Not Found");
        }
        if (request.method != "POST" || rest.empty()) return problem(404, "Not Found");
        if (rest[0] == "issues") {
            if (!known.pull_requests.contains(std::stoll(rest[1])))
                return problem(404, "Not Found");
            known.comments.push_back(
                {std::to_string(++last_id_), std::stoll(rest[1]), text("body"), true}
            );
            return json(
                201,
                Node::Map{
                    {"id", last_id_}
            }
            );
        }
        if (rest[0] == "statuses") {
            CommitStatus status{.context = text("context")};
            for (const auto state :
                 {CommitStatus::State::pending,
                  CommitStatus::State::success,
                  CommitStatus::State::failure,
                  CommitStatus::State::error})
                if (text("state") == words(state)) status.state = state;
            status.description = text("description");
            status.target_url = text("target_url");
            known.statuses.push_back({rest[1], status});
            return json(
                201,
                Node::Map{
                    {"id", ++last_id_}
            }
            );
        }
        return write_deployment(known, rest, text);
    }
    template <class Text>
    Response
    write_deployment(Repository& known, const std::vector<std::string>& rest, const Text& text)
    {
        if (rest.size() == 1) {
            known.deployments.push_back(
                {std::to_string(++last_id_), text("ref"), text("environment"), {}}
            );
            return json(
                201,
                Node::Map{
                    {"id", last_id_}
            }
            );
        }
        for (auto& one : known.deployments) {
            if (one.id != rest[1]) continue;
            ForgeDeployment told{
                .environment_url = text("environment_url"),
                .log_url = text("log_url"),
                .description = text("description")
            };
            for (const auto state :
                 {ForgeDeployment::State::queued,
                  ForgeDeployment::State::in_progress,
                  ForgeDeployment::State::success,
                  ForgeDeployment::State::failure,
                  ForgeDeployment::State::inactive})
                if (text("state") == words(state)) told.state = state;
            one.states.push_back(told);
            return json(
                201,
                Node::Map{
                    {"id", ++last_id_}
            }
            );
        }
        return problem(404, "Not Found");
    }
    static std::string_view words(CommitStatus::State state)
    {
        static constexpr std::string_view all[] = {"pending", "success", "failure", "error"};
        return all[static_cast<std::size_t>(state)];
    }
    static std::string_view words(ForgeDeployment::State state)
    {
        static constexpr std::string_view all[] = {
            "queued", "in_progress", "success", "failure", "inactive"
        };
        return all[static_cast<std::size_t>(state)];
    }

    FakeForgeApi& state_;
    std::int64_t last_id_ = 0;
};

}  // namespace diorama::test
