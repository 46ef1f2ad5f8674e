#include "hub/api.hpp"

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "hub/api_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diorama::hub {

namespace api {

namespace {

// clang-format off
constexpr Endpoint table[] = {
    {"GET",    "/user",                                                 Need::login,   "",              show_user},
    {"GET",    "/rate_limit",                                           Need::nothing, "",              show_rate_limit},

    {"GET",    "/repos/{owner}/{repo}",                                 Need::nothing, "",              show_repository},
    {"GET",    "/repos/{owner}/{repo}/collaborators/{login}/permission", Need::login,  "",              show_permission},
    {"GET",    "/repos/{owner}/{repo}/commits/{sha}",                   Need::nothing, "contents",      show_commit},

    {"GET",    "/repos/{owner}/{repo}/pulls",                           Need::nothing, "pull_requests", list_pulls},
    {"GET",    "/repos/{owner}/{repo}/pulls/{number}",                  Need::nothing, "pull_requests", show_pull},
    {"GET",    "/repos/{owner}/{repo}/pulls/{number}/files",            Need::nothing, "pull_requests", list_files},

    {"GET",    "/repos/{owner}/{repo}/issues/{number}/comments",        Need::nothing, "issues",        list_comments},
    {"POST",   "/repos/{owner}/{repo}/issues/{number}/comments",        Need::comment, "issues",        create_comment},
    {"GET",    "/repos/{owner}/{repo}/issues/comments/{id}",            Need::nothing, "issues",        show_comment},
    {"PATCH",  "/repos/{owner}/{repo}/issues/comments/{id}",            Need::comment, "issues",        edit_comment},
    {"DELETE", "/repos/{owner}/{repo}/issues/comments/{id}",            Need::comment, "issues",        delete_comment},

    {"POST",   "/repos/{owner}/{repo}/statuses/{sha}",                  Need::push,    "statuses",      create_status},
    {"GET",    "/repos/{owner}/{repo}/commits/{sha}/statuses",          Need::nothing, "statuses",      list_statuses},

    {"GET",    "/repos/{owner}/{repo}/deployments",                     Need::nothing, "deployments",   list_deployments},
    {"POST",   "/repos/{owner}/{repo}/deployments",                     Need::push,    "deployments",   create_deployment},
    {"GET",    "/repos/{owner}/{repo}/deployments/{id}",                Need::nothing, "deployments",   show_deployment},
    {"GET",    "/repos/{owner}/{repo}/deployments/{id}/statuses",       Need::nothing, "deployments",   list_deployment_statuses},
    {"POST",   "/repos/{owner}/{repo}/deployments/{id}/statuses",       Need::push,    "deployments",   create_deployment_status},
};
// clang-format on

bool matches(std::string_view pattern, Request& request)
{
    const auto parts = split(pattern.substr(1), '/');
    if (parts.size() != request.segments.size()) return false;
    request.params.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].starts_with('{'))
            request.params.emplace(parts[i].substr(1, parts[i].size() - 2), request.segments[i]);
        else if (parts[i] != request.segments[i])
            return false;
    }
    return true;
}

const Endpoint* find(Request& request)
{
    for (const Endpoint& endpoint : table) {
        const bool same = endpoint.method == request.method ||
                          (endpoint.method == "GET" && request.method == "HEAD");
        if (same && matches(endpoint.path, request)) return &endpoint;
    }
    return nullptr;
}

/// /repositories/{id}/… is /repos/{owner}/{name}/… by the id, which no rename changes.
void read_id(const World& world, Request& request)
{
    auto& segments = request.segments;
    if (segments.size() < 2 || segments[0] != "repositories") return;
    const auto found = std::ranges::find_if(world.state.repositories, [&](const auto& entry) {
        return std::to_string(entry.first) == segments[1] && !entry.second.deleted;
    });
    if (found == world.state.repositories.end()) return;
    const auto& repository = found->second;
    segments.erase(segments.begin(), segments.begin() + 2);
    segments.insert(segments.begin(), {"repos", repository.owner, repository.name});
}

/// The answer for a former name: the same thing by id. 307 keeps the method of a write.
std::optional<Response> redirect(World& world, const Request& request)
{
    const auto& params = request.params;
    const auto moved = world.state.moved.find(lower(params.at("owner") + "/" + params.at("repo")));
    if (moved == world.state.moved.end() || !world.state.find(moved->second)) return {};
    std::string url = fmt::format("{}/repositories/{}", world.at.api, moved->second);
    for (std::size_t i = 3; i < request.segments.size(); ++i)
        url += "/" + request.segments[i];
    url += format_query(request.query);
    const bool reads = request.method == "GET" || request.method == "HEAD";
    Response response = answer(
        Node::Map{
            {"message",           reads ? "Moved Permanently" : "Temporary Redirect"},
            {"url",               url                                               },
            {"documentation_url", "https://docs.github.com/rest"                    }
    },
        reads ? 301 : 307
    );
    response.headers.set("Location", url);
    return response;
}

/// What all endpoints refuse in the same way; none: go on.
std::optional<Response> refuse(World& world, const Endpoint& endpoint, const Call& call)
{
    const std::string_view may =
        call.repository ? world.state.permission(*call.repository, call.login) : "read";
    if (may == "none") return not_found();
    if (endpoint.need == Need::nothing && call.login.empty()) return {};
    if (call.login.empty()) return problem(401, "Requires authentication");
    const std::string_view header = call.request.headers.get("Authorization");
    const auto token = world.state.tokens.find(std::string(trim(header.substr(header.find(' ')))));
    const std::string permission(endpoint.permission);
    if (token != world.state.tokens.end() && token->second.lacks.contains(permission)) {
        Response response = problem(403, "Resource not accessible by personal access token");
        const bool reads = endpoint.method == "GET";
        response.headers.set(
            "X-Accepted-GitHub-Permissions",
            fmt::format("{}={}", permission, reads ? "read" : "write")
        );
        return response;
    }
    if (endpoint.need == Need::push && !may_write(may)) return not_found();
    return {};
}

std::optional<Response> read_body(Call& call)
{
    if (call.request.method != "POST" && call.request.method != "PATCH") return {};
    auto body = parse_json(call.request.body);
    if (!body || !body->map()) return problem(400, "Problems parsing JSON");
    call.body = *std::move(body);
    return {};
}

Task<Response> handle(World& world, Request request, std::string login)
{
    read_id(world, request);
    const Endpoint* endpoint = find(request);
    if (!endpoint) co_return not_found();
    Call call{.request = std::move(request), .login = std::move(login)};
    const auto& params = call.request.params;
    if (params.contains("repo")) {
        call.repository = world.state.find(params.at("owner"), params.at("repo"));
        if (!call.repository) {
            auto moved = redirect(world, call.request);
            co_return moved ? std::move(*moved) : not_found();
        }
    }
    if (auto refused = refuse(world, *endpoint, call)) co_return std::move(*refused);
    if (auto refused = read_body(call)) co_return std::move(*refused);
    co_return co_await endpoint->handle(world, std::move(call));
}

/// 304 for what the caller has already.
void validate(const Request& asked, Response& response)
{
    if (response.status != 200 || response.producer) return;
    const std::string tag = fmt::format("W/\"{}\"", sha256(response.body));
    response.headers.set("ETag", tag);
    response.headers.set("Cache-Control", "private, max-age=60, s-maxage=60");
    if (asked.headers.get("If-None-Match") != tag) return;
    response.status = 304;
    response.body.clear();
    response.headers.remove("Content-Type");
}

}  // namespace

Number Call::number(const std::string& name) const
{
    const std::string& text = request.params.at(name);
    const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return digits && !text.empty() && text.size() < 18 ? std::stoll(text) : 0;
}

std::string Call::text(std::string_view key) const
{
    const Node* node = body.find(key);
    return node && node->string() ? *node->string() : "";
}

Pull* Call::pull() const
{
    const auto found = repository->pulls.find(number("number"));
    return found == repository->pulls.end() ? nullptr : &found->second;
}

Response answer(const Node& node, int status)
{
    Response response{.status = status, .body = write_json(node)};
    response.headers.set("Content-Type", "application/json; charset=utf-8");
    return response;
}

Response problem(int status, std::string_view message)
{
    return answer(
        Node::Map{
            {"message",           message                       },
            {"documentation_url", "https://docs.github.com/rest"},
            {"status",            std::to_string(status)        }
    },
        status
    );
}

Response not_found()
{
    return problem(404, "Not Found");
}

Response unprocessable(std::string_view resource, std::string_view field, std::string_view code)
{
    return answer(
        Node::Map{
            {"message",           "Validation Failed"                                       },
            {"errors",
             Node::List{Node::Map{{"resource", resource}, {"field", field}, {"code", code}}}},
            {"documentation_url", "https://docs.github.com/rest"                            },
            {"status",            "422"                                                     }
    },
        422
    );
}

Response page(World& world, const Call& call, Node::List all)
{
    const auto asked = [&](std::string_view name, std::size_t standard) -> std::size_t {
        const auto text = call.request.query_value(name);
        const bool fits = text && !text->empty() && text->size() < 6 &&
                          std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '9'; });
        return fits ? std::stoul(std::string(*text)) : standard;
    };
    const std::size_t size = std::clamp<std::size_t>(asked("per_page", 30), 1, 100);
    const std::size_t at = std::max<std::size_t>(asked("page", 1), 1);
    const std::size_t last = std::max<std::size_t>((all.size() + size - 1) / size, 1);
    std::string links;
    const auto link = [&](std::size_t page, std::string_view rel) {
        Query query;
        for (const auto& [key, value] : call.request.query) {
            if (key != "page") query.emplace_back(key, value);
        }
        query.emplace_back("page", std::to_string(page));
        std::string url = fmt::format("{}/repositories/{}", world.at.api, call.repository->id);
        for (std::size_t i = 3; i < call.request.segments.size(); ++i)
            url += "/" + call.request.segments[i];
        links += fmt::format(
            "{}<{}{}>; rel=\"{}\"", links.empty() ? "" : ", ", url, format_query(query), rel
        );
    };
    if (at > 1) link(std::min(at - 1, last), "prev");
    if (at < last) link(at + 1, "next");
    if (at < last) link(last, "last");
    if (at > 1) link(1, "first");
    const std::size_t from = std::min((at - 1) * size, all.size());
    const std::size_t to = std::min(from + size, all.size());
    Node::List list(
        std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(from)),
        std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(to))
    );
    Response response = answer(std::move(list));
    if (!links.empty()) response.headers.set("Link", links);
    return response;
}

}  // namespace api

Task<Response> answer_api(World& world, Request request)
{
    Asked asked{
        .at = world.loop.now(),
        .method = request.method,
        .target = request.target,
        .body = request.body.substr(0, 100'000),
    };
    const Request head{
        .method = request.method,
        .path = request.path,
        .query = request.query,
        .headers = request.headers
    };
    const auto login = caller(world, request.headers);
    if (login) asked.login = *login;
    const auto fault = world.faults.take(head.method, head.path);
    auto early = login ? api::limited(world, *login, head, fault) : std::nullopt;
    if (fault && fault->kind == ApiFault::Kind::slow) co_await sleep(world.loop, fault->delay);
    Response response;
    if (!login)
        response = api::problem(401, "Bad credentials");
    else if (early)
        response = std::move(*early);
    else
        response = co_await api::handle(world, std::move(request), *login);
    if (fault) api::spoil(*fault, head, response);
    api::validate(head, response);
    api::add_headers(world, asked.login, response);
    asked.status = response.status;
    world.asked.push_back(std::move(asked));
    if (world.asked.size() > 20'000) world.asked.pop_front();
    co_return response;
}

}  // namespace diorama::hub
