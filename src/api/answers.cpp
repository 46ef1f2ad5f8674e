#include "api/answers.hpp"

#include <charconv>

namespace diorama::api {

int status_of(Code code)
{
    switch (code) {
        case Code::invalid: return 400;
        case Code::unauthorized: return 401;
        case Code::forbidden: return 403;
        case Code::refused: return 422;
        case Code::not_found: return 404;
        case Code::conflict: return 409;
        case Code::superseded: return 409;
        case Code::cancelled: return 409;
        case Code::too_many: return 429;
        case Code::timed_out: return 504;
        case Code::unavailable: return 503;
        case Code::none: break;
    }
    std::abort();
}

Response problem(const Error& error)
{
    const int status = status_of(error.code);
    Node node = Node::Map{
        {"type",   "about:blank"       },
        {"title",  status_words(status)},
        {"status", status              },
        {"code",   name(error.code)    },
        {"detail", error.message       }
    };
    if (!error.mend.empty()) node.set("mend", error.mend);
    Response response = json(status, node);
    response.headers.set("Content-Type", "application/problem+json");
    if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
    if (status == 429 || status == 503) response.headers.set("Retry-After", "5");
    return response;
}

Response json(int status, const Node& node)
{
    Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.headers.set("Cache-Control", "no-store");
    response.body = write_json(node) + "\n";
    return response;
}

Response page(Node::List items, const std::string& next)
{
    Node node = Node::Map{
        {"items", std::move(items)}
    };
    if (!next.empty()) node.set("next", next);
    return json(200, node);
}

namespace {

Result<std::uint64_t> number(std::string_view name, std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && !text.empty()) return value;
    return Error{
        Code::invalid,
        fmt::format("'{}' in the query is '{}', which is no number", name, text.substr(0, 40))
    };
}

}  // namespace

Result<std::size_t> limit_of(const Request& request, std::size_t otherwise)
{
    const auto given = request.query_value("limit");
    if (!given) return otherwise;
    const auto value = number("limit", *given);
    if (!value) return value.error();
    if (*value < 1 || *value > 1000)
        return Error{Code::invalid, "'limit' in the query is not between 1 and 1000"};
    return static_cast<std::size_t>(*value);
}

Result<std::optional<std::uint64_t>> sequence_of(const Request& request, std::string_view name)
{
    auto given = request.query_value(name);
    if (!given && request.headers.has("Last-Event-ID"))
        given = request.headers.get("Last-Event-ID");
    if (!given) return std::optional<std::uint64_t>{};
    const auto value = number(name, *given);
    if (!value) return value.error();
    return std::optional(*value);
}

}  // namespace diorama::api
