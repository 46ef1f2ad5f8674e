#include "api/endpoints.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace diorama::api {

namespace {

// clang-format off
constexpr Endpoint table[] = {
    {"GET",    "/health",                               Right::none,       health,               "whether all parts answer"},
    {"GET",    "/api/health",                           Right::none,       health,               "the same"},
    {"GET",    "/health/live",                          Right::none,       live,                 "the process answers"},
    {"GET",    "/health/ready",                         Right::none,       ready,                "it can do its work"},

    {"GET",    "/api/v1/version",                       Right::read,       version,              "which Diorama this is"},
    {"GET",    "/api/v1/doctor",                        Right::administer, doctor,               "the state of this machine"},

    {"POST",   "/api/v1/environments",                  Right::deploy,     create_environment,   "put up or renew"},
    {"POST",   "/apps",                                 Right::deploy,     create_environment,   "the same"},
    {"GET",    "/api/v1/environments",                  Right::read,       list_environments,    "all you may see"},
    {"GET",    "/api/v1/environments/{id}",             Right::read,       show_environment,     "one, with its services"},
    {"DELETE", "/api/v1/environments/{id}",             Right::deploy,     delete_environment,   "take down"},
    {"POST",   "/api/v1/environments/{id}/redeploy",    Right::deploy,     redeploy_environment, "build and start anew"},
    {"POST",   "/api/v1/environments/{id}/sleep",       Right::operate,    sleep_environment,    "put to sleep"},
    {"POST",   "/api/v1/environments/{id}/wake",        Right::operate,    wake_environment,     "wake"},
    {"PUT",    "/api/v1/environments/{id}/pin",         Right::operate,    pin_environment,      "keep it, however long nobody uses it"},
    {"DELETE", "/api/v1/environments/{id}/pin",         Right::operate,    unpin_environment,    "keep it no more"},
    {"POST",   "/api/v1/environments/{id}/extend",      Right::operate,    extend_environment,   "let it live longer"},
    {"GET",    "/api/v1/environments/{id}/services",    Right::read,       list_services,        "what runs"},
    {"GET",    "/api/v1/environments/{id}/stats",       Right::read,       list_stats,           "CPU and memory of what runs"},
    {"GET",    "/api/v1/environments/{id}/why",         Right::read,       explain_environment,  "why it is as it is"},
    {"GET",    "/api/v1/environments/{id}/deployments", Right::read,       list_deployments,     "attempts, newest first"},
    {"GET",    "/api/v1/environments/{id}/logs",        Right::read,       read_logs,            "a page of lines, or a live stream"},
    {"GET",    "/api/v1/environments/{id}/events",      Right::read,       read_events,          "what happened, or a live stream"},

    {"GET",    "/api/v1/deployments/{id}",              Right::read,       show_deployment,      "one attempt"},
    {"POST",   "/api/v1/deployments/{id}/cancel",       Right::deploy,     cancel_deployment,    "end it; what serves stays"},
    {"GET",    "/api/v1/projects",                      Right::read,       list_projects,        "repositories with environments"},
    {"GET",    "/api/v1/capacity",                      Right::read,       show_capacity,        "who waits, what runs, and what is left"},
    {"GET",    "/api/v1/inventory",                     Right::administer, list_inventory,       "every outside object, and what is owed"},

    {"POST",   "/webhooks/github",                      Right::none,       github_webhook,       "takes GitHub's webhooks, by their signature"},
    {"POST",   "/api/webhooks/github",                  Right::none,       github_webhook,       "the same"},
    {"POST",   "/webhook/github",                       Right::none,       github_webhook,       "the same"},
    {"GET",    "/api/v1/deliveries",                    Right::administer, list_deliveries,      "webhooks, and what became of them"},
    {"GET",    "/api/v1/deliveries/{id}",               Right::administer, show_delivery,        "one, as it came"},
    {"POST",   "/api/v1/deliveries/{id}/replay",        Right::administer, replay_delivery,      "take it in again"},

    {"GET",    "/api/v1/pull-requests",                 Right::read,       list_pull_requests,   "what forges said, and what was decided"},
    {"GET",    "/api/v1/projects/{id}/pull-requests/{number}/why", Right::read, explain_pull_request, "why it has a preview, or none"},
    {"GET",    "/api/v1/approvals",                     Right::read,       list_approvals,       "commits that wait for an approval"},
    {"POST",   "/api/v1/environments/{id}/approve",     Right::approve,    approve_environment,  "let a stranger's commit run"},
    {"GET",    "/api/v1/brake",                         Right::read,       show_brake,           "whether a mass removal is held back"},
    {"POST",   "/api/v1/brake",                         Right::administer, release_brake,        "let it go on"},
    {"GET",    "/api/v1/cleanup",                       Right::read,       show_cleanup,         "what a cleanup would take away now, and why"},
    {"POST",   "/api/v1/cleanup",                       Right::administer, clean_up,             "take it away"},

    {"POST",   "/api/v1/tokens",                        Right::administer, create_token,         "make a token; its text is shown once"},
    {"GET",    "/api/v1/tokens",                        Right::administer, list_tokens,          "tokens without their texts"},
    {"DELETE", "/api/v1/tokens/{id}",                   Right::administer, revoke_token,         "make a token useless"},
};
// clang-format on

/// Fills `params` when `segments` are a path of the form of `pattern`.
bool matches(
    std::string_view pattern,
    const std::vector<std::string>& segments,
    std::map<std::string, std::string>& params
)
{
    std::map<std::string, std::string> found;
    std::size_t at = 0;
    for (const std::string_view part : split(pattern.substr(1), '/')) {
        if (at == segments.size()) return false;
        const std::string& segment = segments[at++];
        if (part.starts_with('{'))
            found.emplace(part.substr(1, part.size() - 2), segment);
        else if (part != segment)
            return false;
    }
    if (at != segments.size()) return false;
    params = std::move(found);
    return true;
}

/// Whether the caller holds `right` anywhere at all; the resource is checked where it is known.
bool holds_somewhere(const Caller& caller, Right right)
{
    for (const Grant& grant : caller.grants.list) {
        const bool scoped = !caller.grants.scopes || caller.grants.scopes->has(right);
        if (scoped && rights_of(grant.role).has(right)) return true;
    }
    return false;
}

Response method_not_allowed(const std::string& allow)
{
    Response response = problem(
        {Code::invalid, "this path does not know that method", fmt::format("Use {}.", allow)}, 405
    );
    response.headers.set("Allow", allow);
    return response;
}

Response no_such_path()
{
    return problem({Code::not_found, "there is no such path"});
}

Task<Response> nothing_here()
{
    co_return no_such_path();
}

/// What a path leads to: an endpoint, or the methods that would have led to one.
struct Found {
    const Endpoint* endpoint = nullptr;
    std::string allow;
};

Found find(Request& request)
{
    Found found;
    for (const Endpoint& endpoint : table) {
        if (!matches(endpoint.path, request.segments, request.params)) continue;
        const bool get = endpoint.method == "GET";
        if (endpoint.method == request.method || (get && request.method == "HEAD"))
            return {&endpoint, ""};
        if (!found.allow.empty()) found.allow += ", ";
        found.allow += get ? "GET, HEAD" : endpoint.method;
    }
    return found;
}

Task<Response> answer(Context& context, Request request)
{
    const Found found = find(request);
    if (!found.endpoint && !found.allow.empty()) co_return method_not_allowed(found.allow);
    if (!found.endpoint) co_return no_such_path();

    const Endpoint& endpoint = *found.endpoint;
    Call call{.request = std::move(request), .right = endpoint.right};
    if (endpoint.right != Right::none) {
        auto caller = co_await context.access.authenticate(
            std::string(call.request.headers.get("Authorization"))
        );
        if (!caller) co_return problem(caller.error());
        call.caller = *std::move(caller);
        if (!holds_somewhere(call.caller, endpoint.right))
            co_return problem(
                {Code::forbidden,
                 fmt::format("this needs the right to {}", name(endpoint.right)),
                 "Use a token with that scope."}
            );
    }
    co_return co_await endpoint.handle(context, std::move(call));
}

}  // namespace

std::span<const Endpoint> endpoints()
{
    return table;
}

std::vector<std::string> webhook_paths()
{
    std::vector<std::string> paths;
    for (const Endpoint& endpoint : table) {
        if (endpoint.handle == github_webhook) paths.emplace_back(endpoint.path);
    }
    return paths;
}

Handler handler(Context& context)
{
    return [&context](Request request) { return answer(context, std::move(request)); };
}

Handler webhook_handler(Context& context)
{
    return [&context, paths = webhook_paths()](Request request) {
        const bool known = std::ranges::find(paths, request.path) != paths.end();
        return known ? answer(context, std::move(request)) : nothing_here();
    };
}

}  // namespace diorama::api
