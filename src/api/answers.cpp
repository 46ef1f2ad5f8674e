#include "api/answers.hpp"

namespace diorama::api {

int status_of(Code code)
{
    switch (code) {
        case Code::invalid: return 400;
        case Code::unauthorized: return 401;
        case Code::forbidden: return 403;
        case Code::refused: return 422;
        case Code::not_found: return 404;
        case Code::conflict:
        case Code::superseded:
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
    return problem(error, status_of(error.code));
}

Response problem(const Error& error, int status)
{
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

}  // namespace diorama::api
