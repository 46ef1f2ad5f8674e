#pragma once

#include "api/context.hpp"

/// What each endpoint does: parse, call one command or query, answer. Their rows in `endpoints.cpp`
/// say when they are called, and with which right.
namespace diorama::api {

Task<Response> health(Context& context, Call call);
Task<Response> live(Context& context, Call call);
Task<Response> ready(Context& context, Call call);
Task<Response> version(Context& context, Call call);
Task<Response> doctor(Context& context, Call call);

Task<Response> create_environment(Context& context, Call call);
Task<Response> list_environments(Context& context, Call call);
Task<Response> show_environment(Context& context, Call call);
Task<Response> redeploy_environment(Context& context, Call call);
Task<Response> delete_environment(Context& context, Call call);
Task<Response> sleep_environment(Context& context, Call call);
Task<Response> wake_environment(Context& context, Call call);
Task<Response> pin_environment(Context& context, Call call);
Task<Response> unpin_environment(Context& context, Call call);
Task<Response> extend_environment(Context& context, Call call);
Task<Response> list_services(Context& context, Call call);
Task<Response> list_stats(Context& context, Call call);
Task<Response> explain_environment(Context& context, Call call);

Task<Response> list_deployments(Context& context, Call call);
Task<Response> show_deployment(Context& context, Call call);
Task<Response> cancel_deployment(Context& context, Call call);

Task<Response> read_logs(Context& context, Call call);
Task<Response> read_events(Context& context, Call call);

Task<Response> show_capacity(Context& context, Call call);
Task<Response> list_projects(Context& context, Call call);
Task<Response> list_inventory(Context& context, Call call);

Task<Response> github_webhook(Context& context, Call call);
Task<Response> list_deliveries(Context& context, Call call);
Task<Response> show_delivery(Context& context, Call call);
Task<Response> replay_delivery(Context& context, Call call);

Task<Response> list_pull_requests(Context& context, Call call);
Task<Response> explain_pull_request(Context& context, Call call);
Task<Response> list_approvals(Context& context, Call call);
Task<Response> approve_environment(Context& context, Call call);
Task<Response> show_brake(Context& context, Call call);
Task<Response> release_brake(Context& context, Call call);
Task<Response> show_cleanup(Context& context, Call call);
Task<Response> clean_up(Context& context, Call call);

Task<Response> create_token(Context& context, Call call);
Task<Response> list_tokens(Context& context, Call call);
Task<Response> revoke_token(Context& context, Call call);

/// `forbidden` unless the caller may administer this tenant.
Result<> check_administrator(const Context& context, const Caller& caller);

/// The environment that a path's `{id}` names by id or by slug, if the caller holds `right` on it.
/// One they may not even see is `not_found`: who asks is not told which exist.
Task<Result<Environment>>
find_environment(Context& context, Caller caller, Right right, std::string text);

}  // namespace diorama::api
