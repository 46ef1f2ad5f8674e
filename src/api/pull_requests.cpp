#include "store/pull_requests.hpp"

#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/query.hpp"
#include "api/views.hpp"
#include "store/environments.hpp"
#include "store/projects.hpp"

#include <algorithm>

namespace diorama::api {

namespace {

/// A pull request, its project, and its environment when it has one.
struct Known {
    Project project;
    pull_requests::Record record;
    std::optional<Environment> environment;
};

struct Listing {
    std::vector<Known> items;
    std::string next;
};

bool is_called(const Project& project, std::string_view text)
{
    return project.id.text() == text || project.slug == text || project.name == text;
}

/// Those the caller may read; of the `wanted` one only, unless that is empty.
std::vector<Project>
readable(Tx& tx, TenantId tenant, const Grants& grants, std::string_view wanted)
{
    auto all = projects::list(tx, tenant);
    std::erase_if(all, [&](const Project& project) {
        return !allowed(grants, Right::read, {.tenant = tenant, .project = project.id}) ||
               (!wanted.empty() && !is_called(project, wanted));
    });
    return all;
}

std::optional<Environment> environment_of(Tx& tx, const Project& project, std::int64_t number)
{
    const auto found =
        environments::find(tx, project.tenant, pull_request_identity(project.id, number));
    return found ? std::optional(*found) : std::nullopt;
}

/// A page of `query`, over what the caller may read.
Task<Result<Listing>>
known_page(Context& context, Caller caller, pull_requests::ListQuery query, std::string wanted)
{
    const auto read = [=, tenant = context.world.settings.tenant](Tx& tx) -> Result<Listing> {
        const auto projects = readable(tx, tenant, caller.grants, wanted);
        auto asked = query;
        for (const Project& project : projects)
            asked.projects.push_back(project.id);
        auto page = pull_requests::page(tx, asked);
        if (!page) return page.error();
        Listing listing{.next = page->next};
        for (auto& record : page->items) {
            const Project& project = *std::ranges::find(projects, record.project, &Project::id);
            const auto environment = environment_of(tx, project, record.facts.number);
            listing.items.push_back({project, std::move(record), environment});
        }
        return listing;
    };
    co_return co_await context.world.store.read(read);
}

/// `?limit=` and `?after=`.
Result<pull_requests::ListQuery> paging(const Request& request)
{
    const auto limit = limit_of(request, 50);
    if (!limit) return limit.error();
    pull_requests::ListQuery query{.limit = *limit};
    query.after = request.query_value("after").value_or("");
    return query;
}

Node shown(Context& context, const Known& known)
{
    Node node = view(context, known.record, known.project);
    if (known.environment) node.set("environment", known.environment->slug);
    return node;
}

struct ApproveBody {
    std::string commit;

    static constexpr auto required = {"commit"};
};
BOOST_DESCRIBE_STRUCT(ApproveBody, (), (commit))

}  // namespace

Task<Response> list_pull_requests(Context& context, Call call)
{
    const auto asked = only_known(call.request, {"project", "all", "limit", "after"});
    if (!asked) co_return problem(asked.error());
    const auto all = truth_of(call.request, "all");
    if (!all) co_return problem(all.error());
    auto query = paging(call.request);
    if (!query) co_return problem(query.error());
    query->open_only = !*all;
    const std::string wanted(call.request.query_value("project").value_or(""));
    const auto found = co_await known_page(context, call.caller, *query, wanted);
    if (!found) co_return problem(found.error());
    Node::List items;
    for (const Known& known : found->items)
        items.push_back(shown(context, known));
    co_return page(std::move(items), found->next);
}

/// Each with the command that lets its commit run.
Task<Response> list_approvals(Context& context, Call call)
{
    const auto asked = only_known(call.request, {"limit", "after"});
    if (!asked) co_return problem(asked.error());
    auto query = paging(call.request);
    if (!query) co_return problem(query.error());
    query->open_only = false;
    query->held_only = true;
    const auto found = co_await known_page(context, call.caller, *query, "");
    if (!found) co_return problem(found.error());
    Node::List items;
    for (const Known& known : found->items) {
        Node node = shown(context, known);
        if (known.environment)
            node.set(
                "command",
                fmt::format(
                    "diorama approve {} {}",
                    known.environment->slug,
                    short_commit(known.record.facts.head_commit)
                )
            );
        items.push_back(std::move(node));
    }
    co_return page(std::move(items), found->next);
}

/// Exactly that commit, and no later one (SEC-25).
Task<Response> approve_environment(Context& context, Call call)
{
    const auto body = body_as<ApproveBody>(call.request);
    if (!body) co_return problem(body.error());
    const auto found =
        co_await find_environment(context, call.caller, call.right, call.param("id"));
    if (!found) co_return problem(found.error());
    const auto approved = co_await context.commands.approve(call.caller, found->id, body->commit);
    if (!approved) co_return problem(approved.error());
    const auto read = [environment = *approved, &settings = context.world.settings](Tx& tx) {
        return facts_of(tx, settings, environment);
    };
    const auto facts = co_await context.world.store.read(read);
    if (!facts) co_return problem(facts.error());
    Response response = json(202, view(context, *facts));
    response.headers.set("Location", "/api/v1/environments/" + found->id.text());
    co_return response;
}

}  // namespace diorama::api
