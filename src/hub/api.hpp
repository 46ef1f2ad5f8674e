#pragma once

#include "base/node.hpp"
#include "hub/world.hpp"

#include <string>
#include <string_view>

/// The REST API's insides: one handler an endpoint. The hub's own.
namespace diorama::hub::api {

/// One request after everything all endpoints share is done.
struct Call {
    Request request;
    std::string login;                 ///< Empty: nobody known.
    Repository* repository = nullptr;  ///< Stays where it is: repositories are never erased.
    Node body;                         ///< Of POST and PATCH; a map.

    /// The part of the path called `name`; 0 when it is no number.
    Number number(const std::string& name) const;
    std::string text(std::string_view key) const;  ///< Of the body; empty when absent.
    Pull* pull() const;                            ///< Of {number} in the path; null: none.
};

using Handle = Task<Response> (*)(World&, Call);

/// What the caller must be allowed to.
enum class Need {
    nothing,  ///< Public repositories may be read by everybody.
    login,    ///< Somebody known.
    comment,  ///< Somebody known who may read.
    push,     ///< Somebody with write access; others are told there is no such thing.
};

struct Endpoint {
    std::string_view method;
    std::string_view path;
    Need need;
    /// The permission a fine-grained token needs for it: "statuses".
    std::string_view permission;
    Handle handle;
};

Response answer(const Node& node, int status = 200);
/// GitHub's error: message, documentation_url, status.
Response problem(int status, std::string_view message);
Response not_found();
/// 422, as GitHub's validation says it.
Response unprocessable(std::string_view resource, std::string_view field, std::string_view code);
/// The page that `page` and `per_page` ask for, with its Link header.
Response page(World& world, const Call& call, Node::List all);

Task<Response> show_repository(World& world, Call call);
Task<Response> show_permission(World& world, Call call);
Task<Response> show_commit(World& world, Call call);
Task<Response> show_user(World& world, Call call);
Task<Response> show_rate_limit(World& world, Call call);

Task<Response> list_pulls(World& world, Call call);
Task<Response> show_pull(World& world, Call call);
Task<Response> list_files(World& world, Call call);

Task<Response> list_comments(World& world, Call call);
Task<Response> create_comment(World& world, Call call);
Task<Response> show_comment(World& world, Call call);
Task<Response> edit_comment(World& world, Call call);
Task<Response> delete_comment(World& world, Call call);

Task<Response> list_statuses(World& world, Call call);
Task<Response> create_status(World& world, Call call);
Task<Response> list_deployments(World& world, Call call);
Task<Response> create_deployment(World& world, Call call);
Task<Response> show_deployment(World& world, Call call);
Task<Response> list_deployment_statuses(World& world, Call call);
Task<Response> create_deployment_status(World& world, Call call);

}  // namespace diorama::hub::api
