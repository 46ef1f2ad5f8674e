#include "cli/api_client.hpp"

#include "base/encoding.hpp"
#include "base/json.hpp"

#include <array>

namespace diorama::cli {

namespace {

constexpr std::size_t page_size = 200;

std::string text_at(const Node& node, std::string_view key)
{
    const Node* found = node.find(key);
    return found && found->string() ? *found->string() : "";
}

Code code_named(std::string_view text)
{
    using enum Code;
    for (const Code code :
         {invalid,
          unauthorized,
          forbidden,
          refused,
          not_found,
          conflict,
          superseded,
          cancelled,
          too_many,
          timed_out,
          unavailable}) {
        if (name(code) == text) return code;
    }
    return none;
}

bool is_json(const Headers& headers)
{
    const auto type = headers.get("Content-Type");
    return type.starts_with("application/json") || type.starts_with("application/problem+json");
}

}  // namespace

std::string environment_path(std::string_view environment, std::string_view below)
{
    return fmt::format("/api/v1/environments/{}{}", percent_encode(environment), below);
}

ApiClient::ApiClient(Loop& loop, Daemon daemon)
    : daemon_(std::move(daemon)),
      client_(loop, daemon_.address)
{}

Request ApiClient::request(std::string method, std::string target) const
{
    Request request{.method = std::move(method), .target = std::move(target)};
    if (!daemon_.token.empty())
        request.headers.set("Authorization", "Bearer " + daemon_.token.reveal());
    request.headers.set("Accept", "application/json");
    return request;
}

Task<Result<ApiClient::Answer>> ApiClient::ask(Request request)
{
    const auto response = co_await client_.send(std::move(request));
    if (!response) co_return unreachable(response.error());
    if (response->status >= 300) co_return problem(response->status, response->body);
    Answer answer{.location = std::string(response->headers.get("Location"))};
    if (response->body.empty()) co_return answer;
    auto body = parse_json(response->body, {.bytes = 16U << 20U});
    if (!body || !is_json(response->headers)) co_return stranger(response->status);
    answer.body = *std::move(body);
    co_return answer;
}

Task<Result<ApiClient::Answer>> ApiClient::post(std::string target, Node body, std::string prefer)
{
    Request asked = request("POST", std::move(target));
    if (!prefer.empty()) asked.headers.set("Prefer", std::move(prefer));
    if (!body.is_null()) {
        asked.headers.set("Content-Type", "application/json");
        asked.body = write_json(body);
    }
    co_return co_await ask(std::move(asked));
}

Task<Result<Node>> ApiClient::get(std::string target)
{
    auto answer = co_await ask(request("GET", std::move(target)));
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

Task<Result<Node>> ApiClient::put(std::string target)
{
    auto answer = co_await ask(request("PUT", std::move(target)));
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

Task<Result<Node>> ApiClient::remove(std::string target)
{
    auto answer = co_await ask(request("DELETE", std::move(target)));
    if (!answer) co_return answer.error();
    co_return std::move(answer->body);
}

Task<Result<Node::List>> ApiClient::list(std::string path, Query query)
{
    Node::List all;
    query.emplace_back("limit", fmt::format("{}", page_size));
    for (std::string after;;) {
        Query asked = query;
        if (!after.empty()) asked.emplace_back("after", after);
        const auto page = co_await get(path + format_query(asked));
        if (!page) co_return page.error();
        const Node* items = page->find("items");
        if (!items || !items->list()) co_return stranger(200);
        all.insert(all.end(), items->list()->begin(), items->list()->end());
        const std::string next = text_at(*page, "next");
        if (next.empty() || next == after) co_return all;
        after = next;
    }
}

Task<Result<std::unique_ptr<ByteStream>>>
ApiClient::stream(std::string target, std::string after, std::stop_token stop)
{
    Request asked = request("GET", std::move(target));
    asked.headers.set("Accept", "text/event-stream");
    if (!after.empty()) asked.headers.set("Last-Event-ID", std::move(after));
    Client::Options options{.stop = stop, .streaming = true};
    auto response = co_await client_.send(std::move(asked), std::move(options));
    if (!response) co_return unreachable(response.error());
    if (response->headers.get("Content-Type").starts_with("text/event-stream"))
        co_return std::move(response->stream);
    if (response->status < 300) co_return stranger(response->status);
    std::string body;
    for (;;) {
        const auto piece = co_await response->stream->next();
        if (!piece || !*piece || body.size() > (1U << 20U)) break;
        body += **piece;
    }
    co_return problem(response->status, body);
}

Error ApiClient::unreachable(const Error& error) const
{
    if (error.code != Code::unavailable) return error;
    // The address is said once, as the person wrote it.
    const auto connect = fmt::format("cannot connect to {}: ", daemon_.address.text());
    const std::string_view why = error.message;
    return {
        Code::unavailable,
        fmt::format(
            "no Diorama answers at {}: {}",
            daemon_.shown,
            why.starts_with(connect) ? why.substr(connect.size()) : why
        ),
        daemon_.is_local() ? "Start one: diorama serve"
                           : "Check the address: --server, or DIORAMA_SERVER."
    };
}

Error ApiClient::problem(int status, const std::string& body) const
{
    const auto details = parse_json(body);
    const Code code = details ? code_named(text_at(*details, "code")) : Code::none;
    if (code == Code::none) return stranger(status);
    Error error{code, text_at(*details, "detail"), text_at(*details, "mend")};
    if (error.message.empty()) error.message = fmt::format("the daemon answered {}", status);
    if (code != Code::unauthorized) return error;
    if (daemon_.token.empty()) error.message += ": " + daemon_.token_from;
    // What the API says of headers is for who writes requests; here a flag or variable mends it.
    error.mend = daemon_.token.empty()
                     ? "Set DIORAMA_TOKEN, or name a file with --token-file; the first token is in "
                       "admin.token of the daemon's data folder."
                     : fmt::format("Check the token from {}.", daemon_.token_from);
    return error;
}

Error ApiClient::stranger(int status) const
{
    return {
        Code::unavailable,
        fmt::format("what answers at {} is no Diorama: HTTP {}", daemon_.shown, status),
        "Check the address: --server, or DIORAMA_SERVER."
    };
}

}  // namespace diorama::cli
