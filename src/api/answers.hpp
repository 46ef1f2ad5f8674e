#pragma once

#include "base/described.hpp"
#include "base/json.hpp"
#include "net/http.hpp"

namespace diorama::api {

/// An error as problem details (RFC 9457): `type`, `title`, `status`, `detail`, `code`, and `mend`
/// where there is one.
Response problem(const Error& error);
/// The same with another status than the code's.
Response problem(const Error& error, int status);

Response json(int status, const Node& node);

template <class T>
Response json(int status, const T& value)
{
    return json(status, to_node(value));
}

int status_of(Code code);

/// A page of a list: {"items": […], "next": "cursor"}; `next` is absent at the end.
Response page(Node::List items, const std::string& next);

/// The request's body as a T, or all that is wrong with it.
template <class T>
Result<T> body_as(const Request& request)
{
    if (request.body.empty())
        return Error{Code::invalid, "the request has no body", "Send a JSON object."};
    const auto node = parse_json(request.body);
    if (!node) return node.error().during("the request body");
    return read<T>(*node, "the request body");
}

}  // namespace diorama::api
